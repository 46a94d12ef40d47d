/** A request to one of AWS's services, as the double sees it. */
export interface Call {
  readonly method: string;
  /** Still encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From the signature: which service is meant, in which region, by whom. */
  readonly service: string;
  readonly region: string;
  readonly accessKey: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One service of AWS, in memory. */
export interface ServiceDouble {
  /** As in signatures: `ecs`, `s3`, `logs`, … */
  readonly name: string;
  answer(call: Call): Answer | Promise<Answer>;
}

/** What a service refuses, with its own word for it. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export type Input = Readonly<Record<string, unknown>>;
type Operations = Readonly<Record<string, (input: never, call: Call) => unknown>>;

/** What is done before each call: refuse it, throttle it, count it. */
export type Gate = (service: string, operation: string, call: Call) => void;

/** A service that speaks AWS JSON 1.1 (or 1.0): the operation is in a header, input and output are JSON. */
export function jsonService(
  name: string,
  check: (operation: string, input: Input) => void,
  operations: Operations,
  gate: Gate,
): ServiceDouble {
  return {
    name,
    answer: async (call) => {
      const operation = (call.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
      const headers = { 'content-type': call.headers['content-type'] ?? 'application/x-amz-json-1.1' };
      try {
        gate(name, operation, call);
        const input = JSON.parse(call.body.toString('utf8') || '{}') as Input;
        check(operation, input);
        const perform = operations[operation];
        if (!perform)
          throw new ServiceError('UnknownOperationException', `${operation} is not in this double`);
        return { status: 200, headers, body: JSON.stringify((await perform(input as never, call)) ?? {}) };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        const { code, message, status } = error;
        return { status, headers, body: JSON.stringify({ __type: code, message }) };
      }
    },
  };
}

/** A service that speaks the query protocol: form fields in, XML out (the text inside the operation's element). */
export function queryService(
  name: string,
  operations: Readonly<Record<string, (fields: URLSearchParams, call: Call) => string>>,
  gate: Gate,
): ServiceDouble {
  return {
    name,
    answer: (call) => {
      const fields = new URLSearchParams(call.body.toString('utf8'));
      const operation = fields.get('Action') ?? '';
      const headers = { 'content-type': 'text/xml' };
      try {
        gate(name, operation, call);
        const perform = operations[operation];
        if (!perform) throw new ServiceError('InvalidAction', `${operation} is not in this double`);
        const inner = perform(fields, call);
        // EC2's dialect puts the fields right into the response, the others into a result.
        const body =
          name === 'ec2'
            ? `<${operation}Response><requestId>r</requestId>${inner}</${operation}Response>`
            : `<${operation}Response><${operation}Result>${inner}</${operation}Result></${operation}Response>`;
        return { status: 200, headers, body };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        const { code, message, status } = error;
        const inside = `<Error><Code>${code}</Code><Message>${xml(message)}</Message></Error>`;
        const body =
          name === 'ec2'
            ? `<Response><Errors>${inside}</Errors><RequestID>r</RequestID></Response>`
            : `<ErrorResponse>${inside}</ErrorResponse>`;
        return { status, headers, body };
      }
    },
  };
}

export function xml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
}
