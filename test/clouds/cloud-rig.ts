import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, vi } from 'vitest';
import type { CheckName, CheckResult } from '../../main/connections/check.ts';
import { runChecks } from '../../main/connections/checks/run-checks.ts';
import { openSites, type Sites } from '../../main/connections/open-site.ts';
import type { ConnectionInput } from '../../main/connections/profile.ts';
import { ProfileFile } from '../../main/connections/profile-file.ts';
import type { Answer, Prompts, Question } from '../../main/connections/prompts.ts';
import { memorySecrets } from '../../main/connections/secrets.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { cli } from '../unit/cli/fake-io.ts';
import type { Said } from './cloud-cli.ts';

/** Variables from which the clouds' SDKs read; none of this machine's may play a part. */
const CLOUD_VARIABLE = /^(?:AWS_|GOOGLE_|GCLOUD_|CLOUDSDK_|SCALABLE_GCP)/;

export interface Guided {
  readonly ok: boolean;
  readonly results: ReadonlyMap<CheckName, CheckResult>;
  readonly notTried: readonly CheckName[];
}

export interface CloudRig {
  /** A home folder of its own, in which the SDKs look as well. */
  readonly home: string;
  readonly profiles: ProfileFile;
  readonly sites: Sites;
  /** What people were asked. */
  readonly asked: Question[];
  /** Answers to come, in turn; none left: nobody is there. */
  readonly answers: string[];
  write(path: string, text: string): void;
  add(profile: ConnectionInput): Promise<void>;
  guide(name: string): Promise<Guided>;
  /** What the guide says of a step that fails for a connection like this, which makes the whole fail. */
  failure(check: CheckName, profile: ConnectionInput): Promise<Pick<CheckResult, 'code' | 'detail' | 'hint'>>;
  close(): void;
}

/** The app's side of a cloud: a config folder, a home and an environment of its own. */
export function cloudRig(env: Readonly<Record<string, string>> = {}): CloudRig {
  const home = mkdtempSync(join(tmpdir(), 'scalable-cloud-'));
  for (const name of Object.keys(process.env)) if (CLOUD_VARIABLE.test(name)) vi.stubEnv(name, undefined);
  const all = { HOME: home, AWS_EC2_METADATA_DISABLED: 'true', METADATA_SERVER_DETECTION: 'none', ...env };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  const asked: Question[] = [];
  const answers: string[] = [];
  const prompts: Prompts = {
    ask: async (_connection, question): Promise<Answer> => {
      asked.push(question);
      const text = answers.shift();
      return text === undefined ? { kind: 'cancelled' } : { kind: 'secret', text, save: false };
    },
  };
  const profiles = new ProfileFile(join(home, 'config'));
  const sites = openSites({
    profiles,
    prompts,
    secrets: memorySecrets(),
    clock: systemClock,
    logger: silentLogger,
    home,
    agentSocket: null,
  });
  const add = async (profile: ConnectionInput) => void (await profiles.add(profile));
  const guide = async (name: string): Promise<Guided> => {
    const results = new Map<CheckName, CheckResult>();
    const { signal } = new AbortController();
    const events = runChecks({ name, testJob: false, profiles, sites, clock: systemClock, signal });
    let end: Pick<Guided, 'ok' | 'notTried'> = { ok: false, notTried: [] };
    for await (const event of events) {
      if (event.kind === 'result') results.set(event.result.name, event.result);
      if (event.kind === 'done') end = event;
    }
    return { ...end, results };
  };
  return {
    home,
    profiles,
    sites,
    asked,
    answers,
    write: (path, text) => {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    },
    add,
    guide,
    failure: async (check, profile) => {
      await add(profile);
      const { ok, results } = await guide(profile.name);
      const { code, detail, hint } = results.get(check) ?? { code: null, detail: 'not tried', hint: null };
      expect({ ok, step: results.get(check)?.ok }).toEqual({ ok: false, step: false });
      return { code, detail, hint };
    },
    close: () => {
      sites.close();
      vi.unstubAllEnvs();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** `scalable ARGUMENTS` in a project's folder by a rig's user, without a process of its own. */
export async function callHere(rig: CloudRig, folder: string, argv: readonly string[]): Promise<Said> {
  const where = { cwd: folder, env: { ...process.env, SCALABLE_CONFIG_DIR: join(rig.home, 'config') } };
  const { code, stdout, stderr } = await cli(where, ...argv);
  return { code, out: stdout, err: stderr };
}

/** So a run for the target `cloud`; what it printed, all together. */
export async function runHere(rig: CloudRig, folder: string): Promise<{ code: number | null; said: string }> {
  const argv = ['run', '--target', 'cloud', '--quiet', '--sizing', 'manifest'];
  const { code, out, err } = await callHere(rig, folder, argv);
  return { code, said: out + err };
}
