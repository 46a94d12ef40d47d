import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CRC32C } from '@google-cloud/storage';
import { type Answer, Refusal, type Request } from './answers.ts';

/**
 * Cloud Storage's JSON API over folders: bucket B is `ROOT/B`, object `a/b` the file `a/b` in it, and a name that ends in a slash a
 * folder, so that tasks can be given the folder where a machine would mount the bucket. Like a bucket it shows an object whole
 * or not at all; unlike one, a folder that loses its last file stays.
 */
export class StorageDouble {
  readonly root: string;
  readonly #uploads = new Map<
    string,
    { bucket: string; name: string; bytes: Buffer; match: string | null }
  >();

  constructor(root: string) {
    this.root = root;
  }

  create(bucket: string): void {
    mkdirSync(join(this.root, bucket), { recursive: true });
  }

  handle(request: Request, origin: string): Answer | null {
    const { pathname } = request.url;
    const object = /^(?:\/download)?\/storage\/v1\/b\/([^/]+)\/o\/(.+)$/.exec(pathname);
    if (object) return this.#object(request, decodeURIComponent(object[1]!), decodeURIComponent(object[2]!));
    const list = /^\/storage\/v1\/b\/([^/]+)\/o$/.exec(pathname);
    if (list && request.method === 'GET') return this.#list(request.url, decodeURIComponent(list[1]!));
    const upload = /^\/(?:resumable\/)?upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(pathname);
    if (upload) return this.#upload(request, decodeURIComponent(upload[1]!), origin);
    return null;
  }

  #object({ method, url, headers }: Request, bucket: string, name: string): Answer {
    const path = this.#path(bucket, name);
    if (!existsSync(path) || lstatSync(path).isDirectory() !== name.endsWith('/'))
      throw new Refusal(404, `No such object: ${bucket}/${name}`, 'notFound');
    this.#match(url, bucket, name);
    if (method === 'DELETE') {
      rmSync(path, { recursive: true });
      return { status: 204 };
    }
    const metadata = this.#metadata(bucket, name);
    if (url.searchParams.get('alt') !== 'media') return { json: metadata };
    const bytes = name.endsWith('/') ? Buffer.alloc(0) : readFileSync(path);
    const hash = { 'x-goog-hash': `crc32c=${metadata.crc32c}`, 'x-goog-generation': metadata.generation };
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    if (!range) return { bytes, headers: { ...hash, 'x-goog-stored-content-encoding': 'identity' } };
    const from = Number(range[1]);
    if (from >= bytes.length)
      throw new Refusal(416, 'The range lies behind the end', 'requestedRangeNotSatisfiable');
    const part = bytes.subarray(from, range[2] ? Number(range[2]) + 1 : undefined);
    const place = `bytes ${from}-${from + part.length - 1}/${bytes.length}`;
    return { status: 206, bytes: part, headers: { ...hash, 'content-range': place } };
  }

  #list(url: URL, bucket: string): Answer {
    const prefix = url.searchParams.get('prefix') ?? '';
    const most = Number(url.searchParams.get('maxResults') ?? 1000);
    const after = url.searchParams.get('pageToken') ?? '';
    const delimiter = url.searchParams.get('delimiter');
    const all = [...this.#names(bucket, prefix)].filter((name) => name > after).sort();
    const cut = (name: string) => name.indexOf(delimiter ?? '', prefix.length);
    const names = delimiter === null ? all : all.filter((name) => cut(name) < 0);
    const below = delimiter === null ? [] : all.filter((name) => cut(name) >= 0);
    const prefixes = [...new Set(below.map((name) => name.slice(0, cut(name) + 1)))];
    const page = names.slice(0, most);
    return {
      json: {
        kind: 'storage#objects',
        ...(prefixes.length > 0 && { prefixes }),
        items: page.map((name) => this.#metadata(bucket, name)),
        ...(names.length > page.length && { nextPageToken: page.at(-1) }),
      },
    };
  }

  *#names(bucket: string, prefix: string): Generator<string> {
    const top = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const walk = function* (folder: string, below: string): Generator<string> {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const name = `${below}${entry.name}`;
        if (entry.name.startsWith('.uploading-')) continue;
        if (!entry.isDirectory()) yield name;
        else {
          yield `${name}/`;
          yield* walk(join(folder, entry.name), `${name}/`);
        }
      }
    };
    const folder = this.#path(bucket, top);
    if (!existsSync(folder)) return;
    if (top !== '') yield* top.startsWith(prefix) ? [top] : [];
    for (const name of walk(folder, top)) if (name.startsWith(prefix)) yield name;
  }

  #upload({ method, url, headers, body }: Request, bucket: string, origin: string): Answer {
    const id = url.searchParams.get('upload_id');
    if (method === 'PUT' && id) return this.#piece(id, headers['content-range'] ?? '', body);
    const match = url.searchParams.get('ifGenerationMatch');
    if (url.searchParams.get('uploadType') === 'resumable') {
      const name = url.searchParams.get('name') ?? String(JSON.parse(body.toString() || '{}').name);
      const upload = randomUUID();
      this.#uploads.set(upload, { bucket, name, bytes: Buffer.alloc(0), match });
      const location = `${origin}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${upload}`;
      return { headers: { location } };
    }
    const { metadata, media } = multipart(headers['content-type'] ?? '', body);
    const name = url.searchParams.get('name') ?? metadata.name ?? '';
    return { json: this.#write(bucket, name, media, match) };
  }

  /** `bytes 0-99/*`, `bytes 100-149/150`, or `bytes *​/150` for a question. */
  #piece(id: string, range: string, body: Buffer): Answer {
    const upload = this.#uploads.get(id);
    if (!upload) throw new Refusal(404, 'No such upload', 'notFound');
    const [, first, , total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(range) ?? [];
    if (first === undefined && range !== '' && body.length === 0) return this.#pieceSoFar(upload.bytes);
    const at = Number(first ?? 0);
    if (at > upload.bytes.length) throw new Refusal(400, `A piece from ${at} on leaves a gap`, 'invalid');
    upload.bytes = Buffer.concat([upload.bytes.subarray(0, at), body]);
    if (total !== undefined && (total === '*' || upload.bytes.length < Number(total)))
      return this.#pieceSoFar(upload.bytes);
    this.#uploads.delete(id);
    return { json: this.#write(upload.bucket, upload.name, upload.bytes, upload.match) };
  }

  #pieceSoFar(bytes: Buffer): Answer {
    return { status: 308, headers: bytes.length > 0 ? { range: `bytes=0-${bytes.length - 1}` } : {} };
  }

  #write(bucket: string, name: string, bytes: Buffer, match: string | null) {
    const path = this.#path(bucket, name);
    this.#matches(match, bucket, name);
    if (name.endsWith('/')) mkdirSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      const part = join(dirname(path), `.uploading-${randomUUID()}`);
      writeFileSync(part, bytes);
      renameSync(part, path);
    }
    return this.#metadata(bucket, name);
  }

  #match(url: URL, bucket: string, name: string): void {
    this.#matches(url.searchParams.get('ifGenerationMatch'), bucket, name);
  }

  #matches(wanted: string | null, bucket: string, name: string): void {
    if (wanted === null) return;
    const is = existsSync(this.#path(bucket, name)) ? this.#metadata(bucket, name).generation : '0';
    if (is !== wanted) throw new Refusal(412, `The generation is ${is}, not ${wanted}`, 'conditionNotMet');
  }

  #metadata(bucket: string, name: string) {
    const path = this.#path(bucket, name);
    const info = lstatSync(path, { bigint: true });
    const crc = new CRC32C();
    if (!info.isDirectory()) crc.update(readFileSync(path));
    return {
      kind: 'storage#object',
      bucket,
      name,
      size: info.isDirectory() ? '0' : String(info.size),
      generation: String(info.mtimeNs / 1000n),
      metageneration: '1',
      updated: new Date(Number(info.mtimeMs)).toISOString(),
      crc32c: crc.toString(),
    };
  }

  #path(bucket: string, name: string): string {
    if (!existsSync(join(this.root, bucket)))
      throw new Refusal(404, `The bucket ${bucket} does not exist`, 'notFound');
    if (name.split('/').includes('..')) throw new Refusal(400, `Not a name: ${name}`, 'invalid');
    return join(this.root, bucket, name);
  }
}

function multipart(type: string, body: Buffer): { metadata: { name?: string }; media: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (!boundary) throw new Refusal(400, 'An upload without a boundary', 'invalid');
  const mark = Buffer.from(`--${boundary}`);
  const at: number[] = [];
  for (let from = body.indexOf(mark); from >= 0; from = body.indexOf(mark, from + 1)) at.push(from);
  const [metadata, media] = [0, 1].map((part) => {
    const start = body.indexOf('\r\n\r\n', at[part]) + 4;
    return body.subarray(start, (at[part + 1] ?? body.length) - 2);
  });
  return { metadata: JSON.parse(metadata!.toString() || '{}'), media: media! };
}
