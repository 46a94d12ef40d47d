import { expect, it } from 'vitest';
import { systemClock } from '../../../main/platform/clock.ts';
import { silentLogger } from '../../../main/platform/logger.ts';
import { isFromCode, recordedSpec } from '../../../main/session/recorded-spec.ts';
import { type ResumeRunOptions, resumeRun } from '../../../main/session/resume-run.ts';

const run = (plan: unknown) => ({ status: 'interrupted', startedAt: 0, plan });
const resume = (plan: unknown) =>
  resumeRun({
    workspace: { store: { run: async () => run(plan) } } as unknown as ResumeRunOptions['workspace'],
    runId: 'run-1',
    clock: systemClock,
    logger: silentLogger,
  });

it('keeps the spec of work from code for its logs, and lets nobody resume what only the code can go on with', async () => {
  const spec = { target: { options: {} } };
  const plan = { spec, scalePlan: { workers: {} }, fromCode: true };
  expect(recordedSpec(run(plan))).toBe(spec);
  expect(isFromCode(run(plan))).toBe(true);
  await expect(resume(plan)).rejects.toMatchObject({
    code: 'E_RUN_NOT_RESUMABLE',
    message: expect.stringContaining('came from code'),
  });
});

it('knows no spec of an imported run', async () => {
  for (const plan of [null, {}, { tasks: [] }]) {
    expect(recordedSpec(run(plan))).toBeNull();
    await expect(resume(plan)).rejects.toMatchObject({ code: 'E_RUN_NOT_RESUMABLE' });
  }
});
