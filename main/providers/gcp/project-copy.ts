import { z } from 'zod';
import { atOnce } from './at-once.ts';
import type { Bucket, BucketObject } from './bucket.ts';

/** What was brought to a project's copy, so that what is deleted here goes there too, and nothing else does. */
const LIST = '.scalable/copied.json';

const isInside = (path: string) => !path.startsWith('/') && !path.split('/').includes('..');
/** By path the CRC32C under which it was brought. Older versions wrote the paths alone, of which nobody can say what tasks changed. */
const listSchema = z.union([
  z
    .array(z.string())
    .transform((paths): Record<string, string> => Object.fromEntries(paths.map((path) => [path, '']))),
  z.record(z.string(), z.string()),
]);

export type Brought = ReadonlyMap<string, string>;

export async function readBrought(bucket: Bucket, project: string): Promise<Brought> {
  const known = listSchema.safeParse(parsed(await bucket.readText(`${project}/${LIST}`)));
  return new Map(Object.entries(known.data ?? {}).filter(([path]) => isInside(path)));
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    return {}; // cut off or not ours: nobody knows what was brought, so nothing counts as brought
  }
}

export async function writeBrought(bucket: Bucket, project: string, brought: Brought): Promise<void> {
  await bucket.write(`${project}/${LIST}`, JSON.stringify(Object.fromEntries(brought)));
}

/** What lies in a project's copy as it was brought: the next run would bring it again. What tasks wrote or changed there is theirs. */
export async function untouchedCopy(bucket: Bucket, project: string): Promise<readonly BucketObject[]> {
  const brought = await readBrought(bucket, project);
  if (brought.size === 0) return [];
  return (await bucket.list(`${project}/`)).filter(
    ({ name, crc32c }) => crc32c !== null && brought.get(name.slice(project.length + 1)) === crc32c,
  );
}

/** Removes that, and what is left of an empty copy with it. */
export async function removeCopy(bucket: Bucket, project: string): Promise<void> {
  const untouched = await untouchedCopy(bucket, project);
  await atOnce(untouched, ({ name }) => bucket.remove(name));
  const gone = new Set(untouched.map(({ name }) => name.slice(project.length + 1)));
  const list = `${project}/${LIST}`;
  const left = (await bucket.list(`${project}/`)).map(({ name }) => name);
  if (left.some((name) => name !== list && !name.endsWith('/'))) {
    const brought = await readBrought(bucket, project);
    return writeBrought(bucket, project, new Map([...brought].filter(([path]) => !gone.has(path))));
  }
  // The deepest first, as folders of some buckets must be empty to go.
  for (const name of left.sort().reverse()) await bucket.remove(name);
}
