import { createHash, createHmac } from 'node:crypto';

export interface Signed {
  readonly method: string;
  /** As it came, encoded, with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

export interface Scope {
  readonly accessKey: string;
  readonly region: string;
  readonly service: string;
}

/** Whose signature a request bears; null: none of version 4. */
export function scopeOf(headers: Readonly<Record<string, string>>): Scope | null {
  const match = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '');
  return match ? { accessKey: match[1] ?? '', region: match[2] ?? '', service: match[3] ?? '' } : null;
}

/** Whether a signature of version 4 is the one that the secret gives, computed as AWS documents it. */
export function isSignedBy(secret: string, { method, url, headers, body }: Signed): boolean {
  const authorization = headers.authorization ?? '';
  const scope = /Credential=[^/]+\/((\d{8})\/([^/]+)\/([^/]+)\/aws4_request)/.exec(authorization);
  const names = /SignedHeaders=([^,\s]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const signature = /Signature=([0-9a-f]{64})/.exec(authorization)?.[1];
  if (!scope || !signature || !names.includes('host')) return false;
  const [path = '', query = ''] = url.split('?');
  const payload = headers['x-amz-content-sha256'] ?? sha(body);
  const pairs = query === '' ? [] : query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`));
  const canonical = [
    method,
    // S3 signs paths as they are sent; the others encode them once more.
    scope[4] === 's3' ? path : path.split('/').map(encodeURIComponent).join('/'),
    pairs.sort().join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope[1], sha(canonical)].join('\n');
  const key = hmac(
    hmac(hmac(hmac(`AWS4${secret}`, scope[2] ?? ''), scope[3] ?? ''), scope[4] ?? ''),
    'aws4_request',
  );
  const isWhole = !/^[0-9a-f]{64}$/.test(payload) || payload === sha(body);
  return isWhole && hmac(key, text).toString('hex') === signature;
}
