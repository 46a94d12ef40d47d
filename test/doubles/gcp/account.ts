import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, bodyOf, Refusal, type Request, send } from './answers.ts';
import { GcpDouble, type GcpDoubleOptions } from './gcp-double.ts';

export const PROJECT = 'climate-42';
export const NUMBER = '4242424242';

interface ServiceAccountDouble {
  disabled: boolean;
  /** What the user may do with it. */
  readonly permissions: Set<string>;
}

/**
 * What is around the runs in a double of Google Cloud: sign-in, impersonation, the project and its permissions, regions, service
 * accounts, networks. Everything else is handed to the double of the services that runs use.
 */
export class GcpAccount {
  readonly cloud: GcpDouble;
  /** Of the project; Google calls them states of its life. */
  projectState = 'ACTIVE';
  readonly regions = new Map([
    ['us-central1', 'UP'],
    ['europe-west4', 'UP'],
    ['asia-east1', 'DOWN'],
  ]);
  readonly serviceAccounts = new Map<string, ServiceAccountDouble>([
    [
      `${NUMBER}-compute@developer.gserviceaccount.com`,
      { disabled: false, permissions: new Set(['iam.serviceAccounts.actAs']) },
    ],
    [
      'runs@climate-42.iam.gserviceaccount.com',
      {
        disabled: false,
        permissions: new Set(['iam.serviceAccounts.actAs', 'iam.serviceAccounts.getAccessToken']),
      },
    ],
  ]);
  /** Permissions on the project that the user lacks. */
  readonly denied = new Set<string>();
  /** In Artifact Registry: what the user may pull, and what he may not. */
  readonly images = new Map<string, 'may' | 'may not'>();
  /** APIs that are not enabled: `batch.googleapis.com`. */
  readonly disabled = new Set<string>();
  /** The refresh tokens that Google takes. */
  readonly refreshTokens = new Set(['refresh-of-ada']);
  /** Over what is answered at a path: for hostile answers. */
  readonly over = new Map<string, Answer>();
  /** Whom tokens were made for by impersonation. */
  readonly impersonated: string[] = [];
  readonly #server: Server;

  private constructor(cloud: GcpDouble) {
    this.cloud = cloud;
    this.#server = createServer(async (request, response) => {
      const body = await bodyOf(request);
      const url = new URL(request.url ?? '/', this.url);
      const asked: Request = { method: request.method ?? 'GET', url, headers: request.headers, body };
      try {
        send(response, this.over.get(url.pathname) ?? this.#route(asked) ?? (await this.#handOn(asked)));
      } catch (error) {
        send(response, error instanceof Refusal ? error.answer : new Refusal(500, String(error)).answer);
      }
    });
  }

  static async start(options: GcpDoubleOptions = {}): Promise<GcpAccount> {
    const account = new GcpAccount(await GcpDouble.start(options));
    await new Promise<void>((done) => account.#server.listen(0, '127.0.0.1', done));
    return account;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
    await this.cloud.close();
  }

  #route(request: Request): Answer | null {
    const { method, url } = request;
    if (url.pathname === '/token' && method === 'POST') return this.#token(request);
    if (!/^Bearer (?:token|impersonated)-/.test(request.headers.authorization ?? ''))
      throw new Refusal(
        401,
        'Request had invalid authentication credentials.',
        'ACCESS_TOKEN_TYPE_UNSUPPORTED',
      );
    this.#refuseDisabled(url.pathname);
    if (url.pathname.startsWith('/v2/') && method === 'HEAD') return this.#manifest(url.pathname);
    return this.#project(request) ?? this.#accounts(request) ?? this.#compute(request);
  }

  #manifest(path: string): Answer {
    const [, repository, reference] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(path) ?? [];
    const found = this.images.get(`${repository}:${reference}`);
    return { status: found === 'may' ? 200 : found ? 403 : 404 };
  }

  #token({ body }: Request): Answer {
    const form = new URLSearchParams(body.toString());
    if (
      form.get('grant_type') !== 'refresh_token' ||
      !this.refreshTokens.has(form.get('refresh_token') ?? '')
    )
      return {
        status: 400,
        json: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
      };
    return { json: { access_token: `token-${Date.now()}`, expires_in: 3600, token_type: 'Bearer' } };
  }

  #refuseDisabled(path: string): void {
    const service = path.startsWith('/compute/')
      ? 'compute.googleapis.com'
      : /\/jobs/.test(path)
        ? 'batch.googleapis.com'
        : '';
    if (!this.disabled.has(service)) return;
    const message = `${service} API has not been used in project ${PROJECT} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${service}/overview?project=${PROJECT} then retry.`;
    throw new Refusal(403, message, 'SERVICE_DISABLED', { service });
  }

  #project({ method, url, body }: Request): Answer | null {
    const found = /^\/v1\/projects\/([^/:]+)(:testIamPermissions)?$/.exec(url.pathname);
    if (url.pathname === '/v1/projects')
      return {
        json: {
          projects: [
            { projectId: PROJECT, projectNumber: NUMBER, name: 'Climate', lifecycleState: 'ACTIVE' },
          ],
        },
      };
    if (!found) return null;
    if (found[1] !== PROJECT)
      throw new Refusal(403, 'The caller does not have permission', 'IAM_PERMISSION_DENIED');
    if (found[2] && method === 'POST')
      return this.#tested(body, (permission) => !this.denied.has(permission));
    this.#need('resourcemanager.projects.get');
    return {
      json: { projectId: PROJECT, projectNumber: NUMBER, lifecycleState: this.projectState, name: 'Climate' },
    };
  }

  #accounts({ method, url, body }: Request): Answer | null {
    const path = decodeURIComponent(url.pathname);
    if (path === `/v1/projects/${PROJECT}/serviceAccounts`)
      return {
        json: { accounts: [...this.serviceAccounts].map(([email, { disabled }]) => ({ email, disabled })) },
      };
    const found = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+)(?::(\w+))?$/.exec(path);
    if (!found) return null;
    const [, email = '', verb] = found;
    const account = this.serviceAccounts.get(email);
    if (!account) throw new Refusal(404, `Unknown service account ${email}`, 'notFound');
    if (verb === 'testIamPermissions' && method === 'POST')
      return this.#tested(body, (permission) => account.permissions.has(permission));
    if (verb === 'generateAccessToken' && method === 'POST') {
      if (!account.permissions.has('iam.serviceAccounts.getAccessToken'))
        throw new Refusal(
          403,
          `Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).`,
          'IAM_PERMISSION_DENIED',
        );
      this.impersonated.push(email);
      const expireTime = new Date(Date.now() + 3_600_000).toISOString();
      return { json: { accessToken: `impersonated-${email}`, expireTime } };
    }
    this.#need('iam.serviceAccounts.get');
    return { json: { email, disabled: account.disabled } };
  }

  #compute({ url }: Request): Answer | null {
    const base = `/compute/v1/projects/${PROJECT}`;
    if (url.pathname === `${base}/global/networks`) return { json: { items: [{ name: 'default' }] } };
    if (url.pathname === `${base}/regions`)
      return { json: { items: [...this.regions.keys()].map((name) => ({ name })) } };
    const name = new RegExp(`^${base}/regions/([^/]+)$`).exec(url.pathname)?.[1];
    if (name === undefined) return null;
    this.#need('compute.regions.get');
    const status = this.regions.get(name);
    if (!status)
      throw new Refusal(404, `The resource 'projects/${PROJECT}/regions/${name}' was not found`, 'notFound');
    const quotas = Object.entries(this.cloud.faults.quotas).map(([metric, limit]) => ({
      metric,
      limit,
      usage: 0,
    }));
    return { json: { name, status, quotas } };
  }

  #tested(body: Buffer, has: (permission: string) => boolean): Answer {
    const { permissions } = JSON.parse(body.toString()) as { permissions: string[] };
    const granted = permissions.filter(has);
    // Google leaves an empty list out.
    return { json: granted.length > 0 ? { permissions: granted } : {} };
  }

  #need(permission: string): void {
    if (this.denied.has(permission))
      throw new Refusal(
        403,
        `Permission '${permission}' denied on resource (or it may not exist).`,
        'IAM_PERMISSION_DENIED',
        { permission },
      );
  }

  /** A simple upload becomes one of several parts: the double of the bucket knows only those. */
  async #handOn({ method, url, headers, body }: Request): Promise<Answer> {
    const target = new URL(`${url.pathname}${url.search}`, this.cloud.url);
    const isSimple = url.searchParams.get('uploadType') === 'media';
    if (isSimple) target.searchParams.set('uploadType', 'multipart');
    const parts = `--b\r\ncontent-type: application/json\r\n\r\n{}\r\n--b\r\ncontent-type: text/plain\r\n\r\n${body.toString()}\r\n--b--`;
    const answer = await fetch(target, {
      method,
      headers: {
        authorization: headers.authorization ?? '',
        ...Object.fromEntries(
          ['range', 'content-range'].flatMap((name) => {
            const value = headers[name];
            return typeof value === 'string' ? [[name, value]] : [];
          }),
        ),
        'content-type': isSimple
          ? 'multipart/related; boundary=b'
          : (headers['content-type'] ?? 'application/json'),
      },
      ...(method !== 'GET' && method !== 'DELETE' && { body: isSimple ? parts : new Uint8Array(body) }),
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const told = [...answer.headers].filter(([name]) =>
      /^(?:content-type|content-range|location|range|x-goog-.*)$/.test(name),
    );
    return { status: answer.status, bytes, headers: Object.fromEntries(told) };
  }
}
