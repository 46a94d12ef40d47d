import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CRC32C, type File, type FileMetadata, IdempotencyStrategy, Storage } from '@google-cloud/storage';
import { AppError, cancelledError } from '../../platform/errors.ts';
import { MIB } from '../../platform/units.ts';
import type { Timer } from '../batch/timer.ts';
import type { GcpAccess } from '../clouds.ts';
import type { TransferOptions } from '../site.ts';
import { googleError, isStatus } from './google-errors.ts';
import { patiently } from './patient-call.ts';

/** An object of a bucket. Names have no slash at the front; those that end in one stand for folders. */
export interface BucketObject {
  readonly name: string;
  readonly bytes: number;
  /** Changes with every write. */
  readonly generation: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** CRC32C of its content, base64; null for what was composed of several without one. */
  readonly crc32c: string | null;
}

/** Larger files are sent in pieces, and go on from the last one after a break. */
const RESUMABLE_BYTES = 5 * MIB;
const PIECE_BYTES = 8 * MIB;
const READ_BYTES = 16 * MIB;

/** A bucket of Cloud Storage. Every call is repeated while the service is busy; every error is an AppError. */
export class Bucket {
  readonly name: string;
  readonly #storage: Storage;
  /** With the client's own repetitions, which go on with an upload where it broke off. */
  readonly #uploads: Storage;
  readonly #access: GcpAccess;
  readonly #label: string;
  readonly #timer: Timer;

  constructor(access: GcpAccess, name: string, timer: Timer) {
    this.name = name;
    this.#label = access.label;
    this.#timer = timer;
    this.#access = access;
    const base = {
      projectId: access.projectId,
      authClient: access.auth,
      ...(access.apiEndpoint !== null && {
        apiEndpoint: access.apiEndpoint,
        useAuthWithCustomEndpoint: true,
      }),
    };
    // Repeated here, with what may be repeated said call by call.
    this.#storage = new Storage({ ...base, retryOptions: { autoRetry: false } });
    const { RetryAlways: idempotencyStrategy } = IdempotencyStrategy;
    this.#uploads = new Storage({
      ...base,
      retryOptions: { autoRetry: true, maxRetries: 6, idempotencyStrategy },
    });
  }

  async list(prefix: string): Promise<BucketObject[]> {
    const found: BucketObject[] = [];
    let pageToken: string | undefined;
    do {
      const query = { prefix, autoPaginate: false, maxResults: 1000, ...(pageToken && { pageToken }) };
      const [files, next] = await this.#call('list files', 'list', () => this.#bucket.getFiles(query));
      found.push(...files.map((file) => objectOf(file.name, file.metadata)));
      pageToken = tokenOf(next);
    } while (pageToken);
    return found;
  }

  /** Folders right below one; names with a slash at the end, as `prefix` has. */
  async folders(prefix: string): Promise<string[]> {
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      const query = {
        prefix,
        delimiter: '/',
        autoPaginate: false,
        maxResults: 1000,
        ...(pageToken && { pageToken }),
      };
      const [, next, answer] = await this.#call('list files', 'list', () => this.#bucket.getFiles(query));
      found.push(...prefixesOf(answer));
      pageToken = tokenOf(next);
    } while (pageToken);
    return found;
  }

  async stat(name: string): Promise<BucketObject | null> {
    return this.#orNull('look at a file', async () => {
      const [metadata] = await this.#file(name).getMetadata();
      return objectOf(name, metadata);
    });
  }

  /** Whether anything is below a folder. */
  async hasBelow(prefix: string): Promise<boolean> {
    const query = { prefix: `${prefix}/`, autoPaginate: false, maxResults: 1 };
    const [files] = await this.#call('list files', 'list', () => this.#bucket.getFiles(query));
    return files.length > 0;
  }

  /** From `offset` at most `maxBytes`; null where there is no such object. */
  async read(
    name: string,
    { offset = 0, maxBytes = READ_BYTES }: { offset?: number; maxBytes?: number } = {},
  ): Promise<Buffer | null> {
    const origin = this.#access.apiEndpoint ?? 'https://storage.googleapis.com';
    const url = `${origin}/storage/v1/b/${this.name}/o/${encodeURIComponent(name)}?alt=media`;
    const headers = { range: `bytes=${offset}-${offset + maxBytes - 1}` };
    try {
      return await this.#orNull('read a file', async () => {
        const options = { url, headers, responseType: 'arraybuffer' } as const;
        return Buffer.from((await this.#access.auth.request<ArrayBuffer>(options)).data);
      });
    } catch (error) {
      // Nothing lies behind its end.
      if (isStatus((error as { cause?: unknown }).cause, 416)) return Buffer.alloc(0);
      throw error;
    }
  }

  async readText(name: string): Promise<string | null> {
    return (await this.read(name))?.toString('utf8') ?? null;
  }

  /** Writes an object whole; what stands there is replaced. */
  async write(name: string, data: string | Uint8Array): Promise<void> {
    const options = { resumable: false, validation: 'crc32c' as const };
    await this.#call('write a file', 'create', () => this.#file(name).save(Buffer.from(data), options));
  }

  /** Compared by CRC32C at the end, which is returned; null where the service does not say it. */
  async upload(
    localPath: string,
    name: string,
    bytes: number,
    options: TransferOptions = {},
  ): Promise<string | null> {
    const { signal, onProgress } = options;
    if (signal?.aborted) throw cancelledError();
    const isLarge = bytes > RESUMABLE_BYTES;
    const crc32c = await this.#call('write a file', 'create', async () => {
      const destination = (isLarge ? this.#uploads : this.#storage).bucket(this.name).file(name);
      if (isLarge) await this.#authorize(destination);
      const [{ metadata }] = await this.#bucket.upload(localPath, {
        destination,
        validation: 'crc32c',
        resumable: isLarge,
        ...(isLarge && { chunkSize: PIECE_BYTES }),
        onUploadProgress: (progress: { bytesWritten?: number }) =>
          onProgress?.(progress.bytesWritten ?? 0, bytes),
      });
      return metadata.crc32c ?? null;
    });
    onProgress?.(bytes, bytes);
    return crc32c;
  }

  /**
   * Piece by piece, from where an earlier try broke off, and compared by CRC32C at the end.
   * @throws AppError `E_TRANSFER_DAMAGED`, `E_CANCELLED` between two pieces
   */
  async download(
    name: string,
    localPath: string,
    { signal, onProgress }: TransferOptions = {},
  ): Promise<void> {
    const object = await this.stat(name);
    if (object === null) throw damaged(name, 'it is not there any more');
    const part = `${localPath}.scalable-part`;
    await mkdir(dirname(localPath), { recursive: true });
    await using file = await open(part, 'a');
    let done = (await file.stat()).size;
    while (done < object.bytes) {
      if (signal?.aborted) throw cancelledError();
      const piece = await this.read(name, { offset: done, maxBytes: PIECE_BYTES });
      if (piece === null || piece.length === 0) break;
      await file.appendFile(piece);
      done += piece.length;
      onProgress?.(done, object.bytes);
    }
    if (object.crc32c !== null && (await CRC32C.fromFile(part)).toString() !== object.crc32c) {
      await rm(part, { force: true });
      throw damaged(name, 'it did not arrive as it is there');
    }
    await rename(part, localPath);
  }

  /** What is not there is fine. */
  async remove(name: string): Promise<void> {
    await this.#call('delete a file', 'delete', () => this.#file(name).delete({ ignoreNotFound: true }));
  }

  /** At another address than Google's own the client sends pieces of uploads without credentials. */
  async #authorize(file: File): Promise<void> {
    if (this.#access.apiEndpoint === null) return;
    const { authorization } = Object.fromEntries(await this.#access.auth.getRequestHeaders());
    file.interceptors.push({
      request: (asked) => Object.assign(asked, { headers: { ...asked.headers, authorization } }) as never,
    });
  }

  get #bucket() {
    return this.#storage.bucket(this.name);
  }

  #file(name: string): File {
    return this.#bucket.file(name);
  }

  async #orNull<T>(doing: string, call: () => Promise<T>): Promise<T | null> {
    try {
      return await this.#call(doing, 'get', call);
    } catch (error) {
      if (isStatus((error as { cause?: unknown }).cause, 404)) return null;
      throw error;
    }
  }

  /** All of these may be repeated: they write the same again, or read. */
  async #call<T>(doing: string, verb: string, call: () => Promise<T>): Promise<T> {
    try {
      return await patiently(call, { timer: this.#timer });
    } catch (error) {
      throw googleError(error, {
        label: this.#label,
        doing,
        permission: `storage.objects.${verb}`,
        on: `the bucket ${this.name}`,
      });
    }
  }
}

function objectOf(name: string, metadata: FileMetadata): BucketObject {
  return {
    name,
    bytes: Number(metadata.size ?? 0),
    generation: String(metadata.generation ?? ''),
    modifiedAt: Date.parse(metadata.updated ?? '') || 0,
    crc32c: metadata.crc32c ?? null,
  };
}

function tokenOf(next: unknown): string | undefined {
  const token = typeof next === 'object' && next !== null && 'pageToken' in next ? next.pageToken : undefined;
  return typeof token === 'string' ? token : undefined;
}

function prefixesOf(answer: unknown): string[] {
  const prefixes =
    typeof answer === 'object' && answer !== null && 'prefixes' in answer ? answer.prefixes : [];
  return Array.isArray(prefixes) ? prefixes.filter((prefix) => typeof prefix === 'string') : [];
}

function damaged(name: string, why: string): AppError {
  return new AppError({
    code: 'E_TRANSFER_DAMAGED',
    message: `${name} could not be copied from the bucket: ${why}.`,
    hint: 'It may have changed while it was copied: try again.',
  });
}
