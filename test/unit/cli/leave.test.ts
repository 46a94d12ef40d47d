import { expect, it } from 'vitest';
import { leave } from '../../../main/cli/commands/leave.ts';
import type { CommandContext } from '../../../main/cli/context.ts';
import { EXIT } from '../../../main/cli/exit-codes.ts';
import type { RunHandle } from '../../../main/session/run-handle.ts';
import type { Workspace } from '../../../main/telemetry/workspace.ts';

/** Leaves a run of three tasks, of which the site has so many. */
async function leaving(there: number, reason: string | null) {
  const said: { json?: unknown; text?: string } = {};
  const output = {
    note: () => undefined,
    result: (json: unknown, text: () => string) => Object.assign(said, { json, text: text() }),
  };
  const reach = reason === null ? { state: 'reachable' } : { state: 'unreachable', since: 0, reason };
  const tasks = { total: 3, succeeded: 0, failed: 0, cancelled: 0, cached: 0, skipped: 0 };
  const handle = {
    runId: 'r',
    leave: async () => [],
    finished: Promise.resolve({ run_id: 'r', status: 'interrupted', tasks }),
    live: () => ({ site: { label: 'ada@hpc', reach } }),
  };
  const members = Array.from({ length: there }, (_, i) => ({ instanceId: `a.${i}`, attempt: 1 }));
  const jobs = there === 0 ? [] : [{ engineId: '7 sd-a', elements: [members] }];
  const code = await leave(
    { output } as unknown as CommandContext,
    { store: { openEngineJobs: async () => jobs } } as unknown as Workspace,
    handle as unknown as RunHandle,
    '/p',
  );
  return { code, ...said };
}

it('leaves a run to its site, and says what of it begins only later', async () => {
  expect(await leaving(2, null)).toMatchObject({
    code: EXIT.done,
    json: { handed_over: 2, left: 1 },
    text: expect.stringContaining('goes on at ada@hpc with 2 of 3 tasks'),
  });
});

it('says that a run does not go on where the site has nothing of it, and why', async () => {
  const { code, json, text } = await leaving(0, 'Slurm does not answer: connect failure');
  expect(code).toBe(EXIT.unreachable);
  expect(json).toMatchObject({ handed_over: 0, left: 3 });
  expect(text).toMatch(
    /Nothing of run r .* nothing goes on there\. Slurm does not answer: connect failure\. Try again/,
  );
  expect(text).toContain('scalable run --resume r');
});
