import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Call, ServiceDouble } from './service.ts';
import { isSignedBy, scopeOf } from './signature.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What services that need no signature are told. */
export type Unsigned = Pick<Call, 'query' | 'headers' | 'body'>;

/**
 * A double of AWS, because AWS itself cannot be had here: one HTTP server for all services, told apart by their signatures, which
 * are checked. A service is a file beside this one; more of them are handed to `use`. What is no request to a service (metadata of
 * tasks, their credentials) is answered by `pages`.
 */
export class AwsServer {
  /** Secrets by access key. */
  readonly secrets = new Map<string, { readonly secret: string; readonly token: string | null }>();
  readonly pages: ((path: string, request: Unsigned) => Answer | null | Promise<Answer | null>)[] = [];
  readonly #services = new Map<string, ServiceDouble>();
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request)
        .catch((error: unknown): Answer => {
          // Whoever asked was ended meanwhile, and hears no answer.
          const isGone = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
          if (!isGone) console.error('The double of AWS failed:', error);
          return { status: 500, body: String(error) };
        })
        .then(({ status, headers = {}, body = '' }) => {
          response.writeHead(status, { 'x-amzn-requestid': 'double', ...headers });
          response.end(body);
        });
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  use(...services: readonly ServiceDouble[]): void {
    for (const service of services) this.#services.set(service.name, service);
  }

  know({ accessKeyId, secretAccessKey, sessionToken }: Keys): void {
    this.secrets.set(accessKeyId, { secret: secretAccessKey, token: sessionToken ?? null });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = request.url ?? '/';
    const [path = '/', query = ''] = url.split('?');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : (value ?? ''),
      ]),
    );
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    for (const page of this.pages) {
      const found = await page(path, { query: new URLSearchParams(query), headers, body });
      if (found) return found;
    }
    const scope = scopeOf(headers);
    const known = scope && this.secrets.get(scope.accessKey);
    const service = scope && this.#services.get(scope.service);
    if (!scope || !service) return { status: 400, body: `No such service here: ${request.method} ${url}` };
    const method = request.method ?? 'GET';
    if (scope.service === 's3' && headers['x-amz-content-sha256'] === undefined)
      return {
        status: 400,
        body: '<Error><Code>MissingSecurityHeader</Code><Message>x-amz-content-sha256</Message></Error>',
      };
    const isRight =
      known &&
      isSignedBy(known.secret, { method, url, headers, body }) &&
      (known.token === null || headers['x-amz-security-token'] === known.token);
    if (!isRight) return notSigned(scope.service);
    const call: Call = { method, path, query: new URLSearchParams(query), headers, body, ...scope };
    return service.answer(call);
  }
}

function notSigned(service: string): Answer {
  const code = 'SignatureDoesNotMatch';
  const message = 'The request signature we calculated does not match the signature you provided.';
  if (['s3', 'sts', 'iam', 'ec2'].includes(service)) {
    const inside = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    const body = service === 's3' ? inside : `<ErrorResponse>${inside}</ErrorResponse>`;
    return { status: 403, headers: { 'content-type': 'application/xml' }, body };
  }
  return {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: 'InvalidSignatureException', message }),
  };
}
