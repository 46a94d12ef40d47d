import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a handler answers: JSON, or bytes. */
export interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  416: 'OUT_OF_RANGE',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

/** A refusal in the shape in which Google's services answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(status: number, message: string, reason: string | null = null, metadata = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.metadata = metadata;
  }

  get answer(): Answer {
    const details = this.reason
      ? [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: this.reason,
            domain: 'googleapis.com',
            metadata: this.metadata,
          },
        ]
      : [];
    const errors = [{ message: this.message, reason: this.reason ?? 'error', domain: 'global' }];
    const { status: code, message } = this;
    return { status: code, json: { error: { code, message, status: WORDS[code], errors, details } } };
  }
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export function send(response: ServerResponse, { status = 200, json, bytes, headers }: Answer): void {
  const body = bytes ?? (json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json)));
  response.writeHead(status, {
    ...(json !== undefined && { 'content-type': 'application/json; charset=UTF-8' }),
    'content-length': String(body.length),
    ...headers,
  });
  response.end(body);
}
