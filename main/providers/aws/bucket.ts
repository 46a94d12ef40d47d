import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { awsFailure, errorName, httpStatus } from './aws-errors.ts';

export interface ObjectEntry {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: number;
}

/** S3 takes so many keys in one call. */
const DELETE_AT_ONCE = 1000;
const PART_BYTES = 16 * 2 ** 20;

/** Objects of one bucket. Every method rejects with AppErrors of `awsFailure`. */
export class Bucket {
  readonly name: string;
  readonly #s3: S3Client;

  constructor(s3: S3Client, name: string) {
    this.#s3 = s3;
    this.name = name;
  }

  /** @returns false where `onlyNew` and there is one of that key already */
  async put(key: string, body: string | Uint8Array, options: { onlyNew?: boolean } = {}): Promise<boolean> {
    try {
      const condition = options.onlyNew ? { IfNoneMatch: '*' } : {};
      await this.#s3.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body: body, ...condition }));
      return true;
    } catch (error) {
      if (options.onlyNew && (httpStatus(error) === 412 || httpStatus(error) === 409)) return false;
      throw this.#failure(error, 's3:PutObject', key);
    }
  }

  /** @param range first byte and how many; null where there is no such object, or nothing at that place */
  async get(key: string, range?: { from: number; bytes: number }): Promise<Uint8Array | null> {
    try {
      const asked = range && { Range: `bytes=${range.from}-${range.from + range.bytes - 1}` };
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.name, Key: key, ...asked }));
      return Body ? await Body.transformToByteArray() : new Uint8Array();
    } catch (error) {
      if (httpStatus(error) === 404) return null;
      if (httpStatus(error) === 416) return new Uint8Array();
      throw this.#failure(error, 's3:GetObject', key);
    }
  }

  async text(key: string): Promise<string | null> {
    const bytes = await this.get(key);
    return bytes && Buffer.from(bytes).toString('utf8');
  }

  async head(key: string): Promise<ObjectEntry | null> {
    try {
      const found = await this.#s3.send(new HeadObjectCommand({ Bucket: this.name, Key: key }));
      const { ContentLength = 0, ETag = '', LastModified } = found;
      return { key, bytes: ContentLength, etag: ETag, modifiedAt: LastModified?.getTime() ?? 0 };
    } catch (error) {
      // The answer to a HEAD has no body that could say more.
      if (httpStatus(error) === 404) return null;
      throw this.#failure(error, 's3:GetObject', key);
    }
  }

  /** Every object whose key begins so; a thousand for each call. */
  async *list(prefix: string): AsyncGenerator<ObjectEntry> {
    let token: string | undefined;
    do {
      const page = await this.#page(prefix, token);
      for (const { Key, Size = 0, ETag = '', LastModified } of page.Contents ?? [])
        if (Key !== undefined)
          yield { key: Key, bytes: Size, etag: ETag, modifiedAt: LastModified?.getTime() ?? 0 };
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** The names right below a prefix that ends in a slash: `runs/` → `runs/a/`, `runs/b/`. */
  async folders(prefix: string): Promise<string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#page(prefix, token, '/');
      found.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  /** A stream of any length, in parts. What was begun is given up when it fails. */
  async upload(
    key: string,
    body: Readable,
    options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
  ) {
    const upload = new Upload({
      client: this.#s3,
      params: { Bucket: this.name, Key: key, Body: body },
      partSize: PART_BYTES,
    });
    const stop = () => void upload.abort();
    options.signal?.addEventListener('abort', stop, { once: true });
    upload.on('httpUploadProgress', ({ loaded = 0 }) => options.onBytes?.(loaded));
    try {
      await upload.done();
    } catch (error) {
      options.signal?.throwIfAborted();
      throw this.#failure(error, 's3:PutObject', key);
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  }

  /** Beside its place and then renamed. @returns false where there is no such object */
  async download(
    key: string,
    path: string,
    options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
  ): Promise<boolean> {
    const part = `${path}.scalable-part`;
    try {
      const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
      if (!(Body instanceof Readable)) return false;
      let done = 0;
      Body.on('data', (chunk: Uint8Array) => {
        done += chunk.length;
        options.onBytes?.(done);
      });
      await mkdir(dirname(path), { recursive: true });
      await pipeline(Body, createWriteStream(part), { ...(options.signal && { signal: options.signal }) });
      await rename(part, path);
      return true;
    } catch (error) {
      if (httpStatus(error) === 404) return false;
      throw this.#failure(error, 's3:GetObject', key);
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_AT_ONCE) {
      const Objects = keys.slice(at, at + DELETE_AT_ONCE).map((Key) => ({ Key }));
      try {
        const command = new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects, Quiet: true } });
        const { Errors: [refused] = [] } = await this.#s3.send(command);
        if (refused) throw Object.assign(new Error(refused.Message), { name: refused.Code });
      } catch (error) {
        throw this.#failure(error, 's3:DeleteObject', keys[at] ?? '');
      }
    }
  }

  async #page(prefix: string, token: string | undefined, delimiter?: string) {
    try {
      return await this.#s3.send(
        new ListObjectsV2Command({
          Bucket: this.name,
          Prefix: prefix,
          ...(delimiter && { Delimiter: delimiter }),
          ...(token && { ContinuationToken: token }),
        }),
      );
    } catch (error) {
      throw this.#failure(error, 's3:ListBucket', prefix);
    }
  }

  #failure(error: unknown, action: string, key: string): Error {
    return awsFailure(error, { action, what: `s3://${this.name}/${key}`, name: errorName(error) });
  }
}
