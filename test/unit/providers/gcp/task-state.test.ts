import { describe, expect, it } from 'vitest';
import {
  jobOverAt,
  jobSaid,
  needsExplaining,
  type TaskContext,
  taskIndex,
  taskState,
} from '../../../../main/providers/gcp/task-state.ts';

const KNOWN: TaskContext = { claimed: true, jobOverAt: null, neverRan: false, said: null };

const event = (taskState: string, seconds: number, exitCode?: number) => ({
  taskState: taskState as never,
  eventTime: { seconds, nanos: 500_000_000 },
  ...(exitCode !== undefined && { taskExecution: { exitCode } }),
});

const failed = (exitCode: number) => ({
  status: {
    state: 'FAILED' as const,
    statusEvents: [event('RUNNING', 100), event('FAILED', 160, exitCode)],
  },
});

describe('what a task of Batch says of its element', () => {
  it.each([
    [50001, 'node_failure'],
    [50002, 'node_failure'],
    [50003, 'node_failure'],
    [50004, 'node_failure'],
    [50005, 'walltime'],
    [50006, 'node_failure'],
    [137, 'out_of_memory'],
    [125, 'launch_failure'],
    [96, 'launch_failure'],
    [99, 'cancelled'],
    [3, 'lost'],
  ])('reads exit code %i as %s', (code, outcome) => {
    const { end, seconds } = taskState(failed(code), KNOWN);
    expect(end).toMatchObject({ outcome, exitCode: code });
    expect(seconds).toBe(60);
  });

  it('knows states as words and as numbers', () => {
    expect(taskState({ status: { state: 3 } }, KNOWN).running).toBe(true);
    expect(taskState({ status: { state: 'RUNNING' } }, KNOWN).running).toBe(true);
    expect(taskState({ status: { state: 'ASSIGNED' } }, KNOWN)).toEqual({
      running: false,
      end: null,
      seconds: 0,
    });
  });

  it('gives an element back of which nothing has begun', () => {
    const open = { ...KNOWN, claimed: false };
    expect(taskState({ status: { state: 'SUCCEEDED' } }, open).end).toBe('not-begun');
    expect(taskState({ status: { state: 'UNEXECUTED' } }, open).end).toBe('not-begun');
    expect(taskState(failed(50001), open).end).toBe('not-begun');
    expect(taskState({ status: { state: 'PENDING' } }, { ...open, jobOverAt: 200 }).end).toBe('not-begun');
  });

  it('does not call lost what never began', () => {
    expect(taskState(failed(3), { ...KNOWN, claimed: false }).end).toMatchObject({
      outcome: 'launch_failure',
    });
  });

  it('bills a task whose job was cancelled until then', () => {
    const task = { status: { state: 'RUNNING' as const, statusEvents: [event('RUNNING', 100)] } };
    const { end, seconds } = taskState(task, { ...KNOWN, jobOverAt: 130.5 });
    expect(end).toMatchObject({ outcome: 'cancelled' });
    expect(seconds).toBe(30);
  });

  it('adds what the machine said, and what helps against an image that cannot be pulled', () => {
    const { end } = taskState(failed(125), { ...KNOWN, said: 'pull access denied for lab/model' });
    expect(end).toMatchObject({
      detail: expect.stringMatching(/pull access denied.*artifactregistry\.reader/),
    });
    expect(needsExplaining(failed(125))).toBe(true);
    expect(needsExplaining(failed(50001))).toBe(false);
  });

  it('tells of what a whole job failed', () => {
    const { end } = taskState(
      { status: { state: 'UNEXECUTED' } },
      { ...KNOWN, neverRan: true, said: 'Quota exceeded' },
    );
    expect(end).toMatchObject({ outcome: 'launch_failure', detail: 'Quota exceeded' });
  });

  it('finds the number of a task, the end of a job, and why it waits', () => {
    expect(taskIndex({ name: 'projects/p/locations/l/jobs/j/taskGroups/group0/tasks/17' })).toBe(17);
    expect(jobOverAt({ status: { state: 'RUNNING' } })).toBeNull();
    expect(jobOverAt({ status: { state: 'FAILED', statusEvents: [{ eventTime: { seconds: 7 } }] } })).toBe(7);
    const statusEvents = [
      { description: 'Job state is set to QUEUED' },
      { description: 'Quota N2_CPUS exceeded. Limit: 0.0 in region us-central1.' },
      { description: 'Job state is set from QUEUED to SCHEDULED' },
    ];
    expect(jobSaid({ status: { statusEvents } })).toContain('N2_CPUS');
  });
});
