import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { filesBelow } from '../planning/input-files.ts';
import { systemErrorCode } from '../platform/errors.ts';

/** SHA-256 of files, read once as long as size and time of change stay the same. */
export class FileDigests {
  readonly #known = new Map<string, { stamp: string; digest: Promise<string> }>();

  /** Null for what is no file. */
  async digest(path: string): Promise<string | null> {
    try {
      const info = await stat(path);
      if (!info.isFile()) return null;
      const stamp = `${info.size} ${info.mtimeMs}`;
      const known = this.#known.get(path);
      if (known?.stamp === stamp) return known.digest;
      const digest = sha256(path);
      this.#known.set(path, { stamp, digest });
      return digest;
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
      throw error;
    }
  }

  async treeDigest(path: string): Promise<string | null> {
    const own = await this.digest(path);
    if (own !== null || !(await exists(path))) return own;
    const hash = createHash('sha256');
    for (const file of await filesBelow(path))
      hash.update(`${relative(path, file)} ${await this.digest(file)}\n`);
    return hash.digest('hex');
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
