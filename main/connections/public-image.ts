import { z } from 'zod';
import { AppError, type ErrorData } from '../platform/errors.ts';
import type { Found } from './checks/guide.ts';
import { failureOf } from './failure.ts';

/** Where an image lies, by the rules of the container tools: a first part with a dot, a colon or `localhost` is a host. */
export interface ImagePlace {
  readonly host: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

export function imagePlace(image: string): ImagePlace {
  const [first = '', ...rest] = image.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? rest.join('/') : image;
  const [name = path, digest] = path.split('@');
  const tagged = /^(.*):([^:/]+)$/.exec(name);
  const repository = tagged?.[1] ?? name;
  return {
    host: hasHost ? first : 'registry-1.docker.io',
    repository: hasHost || repository.includes('/') ? repository : `library/${repository}`,
    reference: digest ?? tagged?.[2] ?? 'latest',
  };
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const TIMEOUT_MS = 20_000;
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

type Words = Pick<ErrorData, 'message' | 'hint'>;

/** Asks the registry for the image's manifest, as a machine would that is to pull it. @throws AppError E_CLOUD_IMAGE */
export async function checkPublicImage(image: string): Promise<Found<null>> {
  await checkImageAs(image, { token: null, origin: null }, () => ({
    message: `The image ${image} is private or not there: the registry wants an account for it.`,
    hint: 'Make it public, or push it to a registry that tasks can pull from: ECR on AWS, Artifact Registry on Google Cloud.',
  }));
  return [null, `${image} can be pulled.`];
}

/**
 * The same in somebody's name.
 * @param token of a registry that knows the caller; null: as anybody
 * @param origin another address than the image's own host; null: that
 * @param hidden what is said of an image that is not shown to the caller
 */
export async function checkImageAs(
  image: string,
  { token, origin }: { readonly token: string | null; readonly origin: string | null },
  hidden: () => Words,
): Promise<void> {
  const place = imagePlace(image);
  const { host, repository, reference } = place;
  const base = origin ?? `${isLoopback(host) ? 'http' : 'https'}://${host}`;
  const url = `${base}/v2/${repository}/manifests/${reference}`;
  const ask = (bearer: string | null) =>
    fetch(url, {
      method: 'HEAD',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: ACCEPT, ...(bearer !== null && { authorization: `Bearer ${bearer}` }) },
    });
  try {
    let answer = await ask(token);
    const challenge = answer.headers.get('www-authenticate');
    if (answer.status === 401 && token === null && challenge !== null) {
      const bearer = await anonymousToken(challenge, place);
      if (bearer !== null) answer = await ask(bearer);
    }
    if (!answer.ok) throw refused(image, answer.status, hidden);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      {
        code: 'E_CLOUD_IMAGE',
        message: `The registry ${host} of the image ${image} does not answer: ${failureOf(error).message}`,
        hint: 'Look for slips in the name of the image, and whether this computer reaches the registry.',
      },
      { cause: error },
    );
  }
}

/**
 * Where everybody gets a token for a public image, as a registry's challenge names it; null: nowhere that may be asked. A registry
 * may name who gives tokens, but not make this computer ask its own network for one.
 */
export function tokenAddress(challenge: string, { host, repository }: ImagePlace): URL | null {
  const realm = /^Bearer\b.*?\brealm="([^"]+)"/i.exec(challenge)?.[1];
  if (realm === undefined || !URL.canParse(realm)) return null;
  const url = new URL(realm);
  if (url.protocol !== 'https:' && !(isLoopback(host) && isLoopback(url.host))) return null;
  const service = /\bservice="([^"]+)"/i.exec(challenge)?.[1];
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  return url;
}

/** Null: the registry offers none. */
async function anonymousToken(challenge: string, place: ImagePlace): Promise<string | null> {
  const url = tokenAddress(challenge, place);
  if (url === null) return null;
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!answer.ok) return null;
  const found = tokenSchema.safeParse(await answer.json()).data;
  return found?.token ?? found?.access_token ?? null;
}

function refused(image: string, status: number, hidden: () => Words): AppError {
  const code = 'E_CLOUD_IMAGE';
  if (status === 401 || status === 403) return new AppError({ code, ...hidden() });
  return new AppError({
    code,
    message:
      status === 404
        ? `There is no image ${image}.`
        : `The registry does not give the image ${image} (HTTP ${status}).`,
    hint: 'Look for slips in its name and tag, or push it.',
  });
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
