import { createHash } from 'node:crypto';
import { slug } from '../../platform/ids.ts';

const MAX_ID = 160;

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** An id of somebody else's as one of ours: itself where it may be, else its readable part with a hash of all of it. */
export function safeId(id: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(id) && id.length <= MAX_ID) return id;
  return `${slug(id).slice(0, MAX_ID - 9)}-${shortHash(id)}`;
}

/** Our run ids begin with `run-`, so that readers of run folders find them. */
export function safeRunId(id: string): string {
  return safeId(id.startsWith('run-') ? id : `run-${id}`);
}
