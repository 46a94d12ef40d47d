import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Answer, type Call, type Gate, type ServiceDouble, ServiceError, xml } from './service.ts';

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date;
  readonly meta: Readonly<Record<string, string>>;
}

const LEAST_PART = 5 * 2 ** 20;
const PAGE = 1000;
/** What S3 takes after the question mark, per kind of request. */
const KNOWN_QUERY = new Set([
  'x-id',
  'list-type',
  'prefix',
  'delimiter',
  'continuation-token',
  'max-keys',
  'start-after',
  'uploads',
  'uploadId',
  'partNumber',
  'delete',
  'encoding-type',
  'versioning',
  'location',
]);

/** S3 in memory: objects, conditional writes, ranges, pages of keys, multipart uploads. Strongly consistent, as S3 is. */
export class S3Double implements ServiceDouble {
  readonly name = 's3';
  readonly buckets = new Map<
    string,
    { readonly region: string; readonly objects: Map<string, StoredObject> }
  >();
  readonly #uploads = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>();
  readonly #gate: Gate;
  #uploadCount = 0;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  objects(bucket: string): Map<string, StoredObject> {
    const found = this.buckets.get(bucket);
    if (!found) throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404);
    return found.objects;
  }

  answer(call: Call): Answer {
    try {
      return this.#perform(call);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { code, message, status } = error;
      const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${xml(message)}</Message></Error>`;
      return {
        status,
        headers: { 'content-type': 'application/xml' },
        ...(call.method !== 'HEAD' && { body }),
      };
    }
  }

  #perform(call: Call): Answer {
    const { method, query, region } = call;
    const [, bucketName = '', ...rest] = call.path.split('/');
    const key = decodeURIComponent(rest.join('/'));
    for (const name of query.keys())
      if (!KNOWN_QUERY.has(name))
        throw new ServiceError('InvalidArgument', `Unknown query parameter ${name}`);
    if (Buffer.byteLength(key) > 1024) throw new ServiceError('KeyTooLongError', 'Your key is too long');
    this.#gate('s3', operationOf(call, key), call);
    if (method === 'PUT' && key === '') {
      this.buckets.set(bucketName, { region, objects: new Map() });
      return { status: 200 };
    }
    const bucket = this.buckets.get(bucketName);
    const objects = this.objects(bucketName);
    if (bucket && bucket.region !== region)
      throw new ServiceError('PermanentRedirect', `The bucket is in ${bucket.region}`, 301);
    if (key === '') {
      if (method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': region } };
      if (method === 'GET' && query.get('list-type') === '2') return list(objects, query);
      if (method === 'POST' && query.has('delete')) return remove(objects, body(call).toString('utf8'));
    }
    if (query.has('uploads') || query.has('uploadId')) return this.#multipart(call, objects, key);
    switch (method) {
      case 'PUT':
        return put(call, objects, key);
      case 'GET':
      case 'HEAD':
        return get(call, objects, key);
      case 'DELETE':
        objects.delete(key);
        return { status: 204 };
    }
    throw new ServiceError('MethodNotAllowed', `${method} ${call.path} is not in this double`, 405);
  }

  #multipart(call: Call, objects: Map<string, StoredObject>, key: string): Answer {
    const { method, query } = call;
    if (method === 'POST' && query.has('uploads')) {
      const id = `upload-${++this.#uploadCount}`;
      this.#uploads.set(id, { key, parts: new Map() });
      const inner = `<Key>${xml(key)}</Key><UploadId>${id}</UploadId>`;
      return xmlAnswer(`<InitiateMultipartUploadResult>${inner}</InitiateMultipartUploadResult>`);
    }
    const id = query.get('uploadId') ?? '';
    const upload = this.#uploads.get(id);
    if (!upload || upload.key !== key)
      throw new ServiceError('NoSuchUpload', 'The specified upload does not exist', 404);
    if (method === 'DELETE') {
      this.#uploads.delete(id);
      return { status: 204 };
    }
    if (method === 'PUT') {
      const part = body(call);
      const number = Number(query.get('partNumber'));
      if (!(number >= 1 && number <= 10_000))
        throw new ServiceError('InvalidArgument', 'Part number out of range');
      upload.parts.set(number, part);
      return { status: 200, headers: { etag: etagOf(part) } };
    }
    const wanted = [
      ...body(call)
        .toString('utf8')
        .matchAll(/<PartNumber>(\d+)<\/PartNumber>/g),
    ].map((m) => Number(m[1]));
    const parts = wanted.map((number) => upload.parts.get(number));
    if (parts.length === 0 || parts.some((part) => part === undefined))
      throw new ServiceError('InvalidPart', 'One or more of the specified parts could not be found.');
    if (parts.slice(0, -1).some((part) => (part?.length ?? 0) < LEAST_PART))
      throw new ServiceError(
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
      );
    const whole = Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0)));
    const etag = `"${createHash('md5').update(whole).digest('hex')}-${parts.length}"`;
    objects.set(key, { body: whole, etag, modified: new Date(), meta: {} });
    this.#uploads.delete(id);
    return xmlAnswer(
      `<CompleteMultipartUploadResult><Key>${xml(key)}</Key><ETag>${xml(etag)}</ETag></CompleteMultipartUploadResult>`,
    );
  }
}

function operationOf({ method, query }: Call, key: string): string {
  if (key === '')
    return method === 'HEAD' || method === 'GET'
      ? 'ListBucket'
      : query.has('delete')
        ? 'DeleteObject'
        : 'CreateBucket';
  return method === 'GET' || method === 'HEAD'
    ? 'GetObject'
    : method === 'DELETE'
      ? 'DeleteObject'
      : 'PutObject';
}

function put(call: Call, objects: Map<string, StoredObject>, key: string): Answer {
  if (call.headers['if-none-match'] === '*' && objects.has(key))
    throw new ServiceError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
    );
  const content = body(call);
  const meta = Object.fromEntries(
    Object.entries(call.headers).filter(([name]) => name.startsWith('x-amz-meta-')),
  );
  const etag = etagOf(content);
  objects.set(key, { body: content, etag, modified: new Date(), meta });
  return { status: 200, headers: { etag } };
}

function get(call: Call, objects: Map<string, StoredObject>, key: string): Answer {
  const found = objects.get(key);
  if (!found) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
  const { body: all, etag, modified, meta } = found;
  const headers = {
    etag,
    'last-modified': modified.toUTCString(),
    'content-type': 'binary/octet-stream',
    ...meta,
  };
  if (call.method === 'HEAD')
    return { status: 200, headers: { ...headers, 'content-length': String(all.length) } };
  const range = /^bytes=(\d+)-(\d*)$/.exec(call.headers.range ?? '');
  if (!range) return { status: 200, headers, body: all };
  const from = Number(range[1]);
  if (from >= all.length)
    throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', 416);
  const to = Math.min(range[2] === '' ? all.length - 1 : Number(range[2]), all.length - 1);
  const part = all.subarray(from, to + 1);
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${all.length}` },
    body: part,
  };
}

function list(objects: Map<string, StoredObject>, query: URLSearchParams): Answer {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const limit = Math.min(Number(query.get('max-keys') ?? PAGE), PAGE);
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const folders = new Set<string>();
  const contents: string[] = [];
  let last = '';
  let cut = false;
  for (const key of keys) {
    if (contents.length + folders.size >= limit) {
      cut = true;
      break;
    }
    last = key;
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (end >= 0) folders.add(key.slice(0, end + 1));
    else {
      const { body: content, etag, modified } = objects.get(key) as StoredObject;
      contents.push(
        `<Contents><Key>${xml(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${xml(etag)}</ETag><Size>${content.length}</Size></Contents>`,
      );
    }
  }
  const more = cut ? `<NextContinuationToken>${xml(last)}</NextContinuationToken>` : '';
  const prefixes = [...folders]
    .map((one) => `<CommonPrefixes><Prefix>${xml(one)}</Prefix></CommonPrefixes>`)
    .join('');
  return xmlAnswer(
    `<ListBucketResult><IsTruncated>${cut}</IsTruncated>${more}${contents.join('')}${prefixes}</ListBucketResult>`,
  );
}

function remove(objects: Map<string, StoredObject>, text: string): Answer {
  const keys = [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
  if (keys.length > PAGE) throw new ServiceError('MalformedXML', 'The XML you provided was not well-formed');
  for (const key of keys) objects.delete(unescaped(key));
  return xmlAnswer('<DeleteResult></DeleteResult>');
}

/** Without the frames of `aws-chunked`, and with its checksum compared where there is one. */
function body(call: Call): Buffer {
  const { headers } = call;
  if (!/aws-chunked/.test(headers['content-encoding'] ?? '')) {
    compare(headers['x-amz-checksum-crc32'], call.body);
    return call.body;
  }
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = call.body.indexOf('\r\n', at);
    const size = Number.parseInt(call.body.subarray(at, end).toString('latin1'), 16);
    at = end + 2;
    if (!(size > 0)) break;
    chunks.push(call.body.subarray(at, at + size));
    at += size + 2;
  }
  const whole = Buffer.concat(chunks);
  compare(/x-amz-checksum-crc32:(\S+)/.exec(call.body.subarray(at).toString('latin1'))?.[1], whole);
  return whole;
}

function compare(sum: string | undefined, content: Buffer): void {
  if (sum === undefined) return;
  const own = Buffer.alloc(4);
  own.writeUInt32BE(crc32(content));
  if (own.toString('base64') !== sum)
    throw new ServiceError('BadDigest', 'The CRC32 you specified did not match what we received');
}

function etagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

function xmlAnswer(text: string): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${text}`,
  };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, code, name) =>
    name ? (ENTITIES[name] ?? '') : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(code)),
  );
}
