import type { Task } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billedSeconds } from '../../../../main/providers/aws/task-bill.ts';
import { taskEnd } from '../../../../main/providers/aws/task-end.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1000);

function stopped(
  stopCode: Task['stopCode'],
  more: Partial<Task> & { work?: number; courier?: number; reason?: string } = {},
) {
  const { work, courier, reason, ...task } = more;
  return taskEnd(
    {
      stopCode,
      startedAt: at(10),
      stoppedAt: at(70),
      containers: [
        { name: 'work', ...(work !== undefined && { exitCode: work }), ...(reason && { reason }) },
        { name: 'courier', ...(courier !== undefined && { exitCode: courier }) },
      ],
      ...task,
    },
    undefined,
  );
}

describe('the end of a task of ECS', () => {
  it.each([
    ['SpotInterruption', {}, 'node_failure'],
    ['TerminationNotice', {}, 'node_failure'],
    ['UserInitiated', {}, 'cancelled'],
    ['EssentialContainerExited', { work: 0, courier: 0 }, 'succeeded'],
    ['EssentialContainerExited', { work: 1, courier: 0 }, 'program_error'],
    ['EssentialContainerExited', { work: 137, courier: 0 }, 'out_of_memory'],
    ['EssentialContainerExited', { work: 0, courier: 94 }, 'node_failure'],
    ['EssentialContainerExited', { courier: 95 }, 'launch_failure'],
    [
      'EssentialContainerExited',
      { work: 137, courier: 143, reason: 'OutOfMemoryError: Container killed due to memory usage' },
      'out_of_memory',
    ],
    [
      'EssentialContainerExited',
      { courier: 0, reason: 'CannotStartContainerError: exec: "sh": executable file not found in $PATH' },
      'launch_failure',
    ],
    ['TaskFailedToStart', { stoppedReason: 'CannotPullContainerError: access denied' }, 'launch_failure'],
    [
      'TaskFailedToStart',
      { stoppedReason: 'ResourceInitializationError: failed to validate logger args: create log stream' },
      'launch_failure',
    ],
    ['TaskFailedToStart', { stoppedReason: 'Capacity is unavailable at this time' }, 'node_failure'],
    ['TaskFailedToStart', { stoppedReason: 'RESOURCE:ENI' }, 'node_failure'],
    [undefined, {}, 'node_failure'],
  ] as const)('%s %j is %s', (stopCode, more, outcome) => {
    expect(stopped(stopCode, more).outcome).toBe(outcome);
  });

  it.each([
    [
      'CannotPullContainerError: pull access denied, repository does not exist or may require authorization: 403',
      /ecr:BatchGetImage/,
    ],
    [
      'CannotPullContainerError: image lab/model:9 not found: manifest unknown',
      /correct the component’s image or its tag/,
    ],
    [
      'CannotPullContainerError: toomanyrequests: You have reached your pull rate limit',
      /keep the image in ECR/,
    ],
    [
      'CannotPullContainerError: dial tcp 1.2.3.4:443: i/o timeout',
      /assign_public_ip: true in a public subnet, or a NAT gateway/,
    ],
    [
      'ResourceInitializationError: failed to create log stream',
      /logs:CreateLogStream and logs:PutLogEvents/,
    ],
    [
      "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/execution' that was provided",
      /role arn:aws:iam::123456789012:role\/execution: its trust policy must name ecs-tasks\.amazonaws\.com/,
    ],
  ])('that could not begin names the permission or setting: %s', (stoppedReason, advice) => {
    const { outcome, detail } = stopped('TaskFailedToStart', { stoppedReason });
    expect(outcome).toBe('launch_failure');
    expect(detail).toMatch(advice);
  });

  it('is paid from the beginning of the download, whole seconds, a minute at the least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (ms) => {
        const seconds = billedSeconds({ pullStartedAt: at(0), stoppedAt: at(ms / 1000) }) ?? 0;
        expect(seconds).toBe(ms <= 60_000 ? 60 : Math.ceil(ms / 1000));
      }),
    );
    expect(billedSeconds({ stoppedAt: at(5) })).toBeNull();
  });
});
