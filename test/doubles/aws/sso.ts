import * as sdk from '@aws-sdk/client-sso-oidc';
import { ACCOUNT, type AwsAccount } from './account.ts';
import type { Unsigned } from './aws-server.ts';
import { modelCheck } from './model.ts';
import { type Answer, type Input, ServiceError } from './service.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * IAM Identity Center in a double of AWS: the device flow (client registration, device authorization, tokens) and the portal that
 * gives the credentials of a role for a token. Its requests bear no signature.
 */
export class SsoDouble {
  /** How often a token is asked for before the person has confirmed. */
  pendingPolls = 1;
  /** What the token endpoint refuses with instead: `AccessDeniedException`, `ExpiredTokenException`, `SlowDownException` once. */
  refusal: string | null = null;
  /** Over what StartDeviceAuthorization would answer: for hostile answers. */
  answerOver: Readonly<Record<string, unknown>> = {};
  expiresIn = 28_800;
  readonly tokens = new Set<string>();
  /** Requests by operation, as the model has them. */
  readonly requests: { readonly operation: string; readonly input: Input }[] = [];
  readonly #account: AwsAccount;
  #polls = 0;

  constructor(account: AwsAccount) {
    this.#account = account;
    account.cloud.server.pages.push((path, request) => this.#answer(path, request));
  }

  #answer(path: string, request: Unsigned): Answer | null {
    const operations: Readonly<Record<string, readonly [string, (input: Input) => Input]>> = {
      '/client/register': ['RegisterClient', () => this.#register()],
      '/device_authorization': ['StartDeviceAuthorization', (input) => this.#begin(input)],
      '/token': ['CreateToken', (input) => this.#token(input)],
    };
    if (path === '/federation/credentials') return this.#credentials(request);
    const found = operations[path];
    if (!found) return null;
    const [operation, perform] = found;
    try {
      const input = JSON.parse(request.body.toString('utf8')) as Input;
      modelCheck(sdk, 'InvalidRequestException')(operation, input);
      this.requests.push({ operation, input });
      return { status: 200, headers: JSON_TYPE, body: JSON.stringify(perform(input)) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { code, message, status } = error;
      const headers = { ...JSON_TYPE, 'x-amzn-errortype': code };
      return { status, headers, body: JSON.stringify({ error: code, error_description: message }) };
    }
  }

  #register(): Input {
    return {
      clientId: 'client-of-the-double',
      clientSecret: 'secret-of-the-client',
      clientIdIssuedAt: Math.floor(Date.now() / 1000),
      clientSecretExpiresAt: Math.floor(Date.now() / 1000) + 90 * 86_400,
    };
  }

  #begin({ clientId, startUrl }: Input): Input {
    if (clientId !== 'client-of-the-double')
      throw new ServiceError('InvalidClientException', 'Unknown client', 401);
    if (!String(startUrl).startsWith('https://lab.'))
      throw new ServiceError('InvalidRequestException', 'There is no such start page');
    return {
      deviceCode: 'device-code',
      userCode: 'WDDD-PLQX',
      verificationUri: 'https://device.sso.eu-central-1.amazonaws.com/',
      verificationUriComplete: 'https://device.sso.eu-central-1.amazonaws.com/?user_code=WDDD-PLQX',
      expiresIn: 600,
      interval: 1,
      ...this.answerOver,
    };
  }

  #token({ deviceCode, grantType }: Input): Input {
    if (deviceCode !== 'device-code' || grantType !== 'urn:ietf:params:oauth:grant-type:device_code')
      throw new ServiceError('InvalidGrantException', 'No such device');
    if (this.refusal !== null) {
      const code = this.refusal;
      if (code === 'SlowDownException') this.refusal = null;
      throw new ServiceError(code, 'Refused');
    }
    if (this.#polls++ < this.pendingPolls)
      throw new ServiceError('AuthorizationPendingException', 'Still waiting');
    const accessToken = `sso-token-${this.tokens.size + 1}`;
    this.tokens.add(accessToken);
    return {
      accessToken,
      tokenType: 'Bearer',
      expiresIn: this.expiresIn,
      refreshToken: 'refresh-of-the-double',
    };
  }

  #credentials({ headers, query }: Unsigned): Answer {
    const token = headers['x-amz-sso_bearer_token'] ?? '';
    const isKnown =
      this.tokens.has(token) && query.get('account_id') === ACCOUNT && query.get('role_name') === 'Research';
    if (!isKnown) {
      const error = { ...JSON_TYPE, 'x-amzn-errortype': 'UnauthorizedException' };
      return {
        status: 401,
        headers: error,
        body: JSON.stringify({ message: 'Session token not found or invalid' }),
      };
    }
    const { AccessKeyId, SecretAccessKey, SessionToken } = this.#account.issue();
    const expiration = Date.now() + 3_600_000;
    const roleCredentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration,
    };
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ roleCredentials }) };
  }
}
