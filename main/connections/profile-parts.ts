import { z } from 'zod';

/** What may be a profile's name: it stands in manifests, commands and file names. */
export const PROFILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const connectionName = z
  .string()
  .regex(PROFILE_NAME, 'must be of letters, digits, dots, dashes and underscores');

/** Text of one line that matches; `sentence` goes on from the field's name: `must be …`. */
export const word = (pattern: RegExp, sentence: string) => z.string().max(2048).regex(pattern, sentence);

/** Another address for a cloud's services. No user or password: what it holds is written to a file. */
export const endpoint = z
  .string()
  .max(2048)
  .refine(isEndpoint, 'must be an address such as http://127.0.0.1:4566, without user and path');

export const imageName = word(
  /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,1023}$/,
  'must be an image such as ghcr.io/lab/model:2.0',
);

function isEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return (
    url.username === '' && url.password === '' && url.search === '' && url.hash === '' && url.pathname === '/'
  );
}
