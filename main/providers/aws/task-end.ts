import type { Task } from '@aws-sdk/client-ecs';
import type { ElementEnd } from '../batch/batch-engine.ts';
import type { AttemptOutcome } from '../provider.ts';
import { signalName } from '../slurm/element-end.ts';
import { COURIER, WORK } from './task-definition.ts';

const SIGKILL = 137;

/** What the courier leaves with when its task cannot work, and what is missing then. */
const COURIER_ADVICE: Readonly<Record<number, string>> = {
  92: 'the task has no role: set task_role_arn to one that ecs-tasks.amazonaws.com may take on',
  95: 'the role of the tasks (task_role_arn) may not write to the bucket: give it s3:PutObject on the bucket’s objects',
  96: 'the role of the tasks (task_role_arn) may not read from the bucket: give it s3:GetObject on the bucket’s objects',
};

/** How a stopped task ended, in our words; what it says of itself comes first, then the word of ECS. */
export function taskEnd(task: Task, billed: ElementEnd['billed']): ElementEnd {
  const work = task.containers?.find(({ name }) => name === WORK);
  const courier = task.containers?.find(({ name }) => name === COURIER);
  const exitCode = work?.exitCode ?? null;
  const reason = [work?.reason, courier?.reason, task.stoppedReason].find((text) => text) ?? '';
  const advice = COURIER_ADVICE[courier?.exitCode ?? 0];
  const outcome = advice ? 'launch_failure' : outcomeOf(task, reason, exitCode, courier?.exitCode ?? null);
  const { startedAt, stoppedAt } = task;
  return {
    outcome,
    detail:
      outcome === 'launch_failure'
        ? (advice ?? launchAdvice(reason))
        : describe(task, reason, exitCode, courier?.exitCode ?? null),
    exitCode,
    signal: exitCode !== null && exitCode > 128 && exitCode < 160 ? signalName(exitCode - 128) : null,
    peakMemoryBytes: null,
    cpuSeconds: null,
    elapsedSeconds:
      startedAt && stoppedAt ? (stoppedAt.getTime() - startedAt.getTime()) / 1000 : startedAt ? null : 0,
    ...(billed && { billed }),
  };
}

function outcomeOf(
  task: Task,
  reason: string,
  exitCode: number | null,
  courier: number | null,
): AttemptOutcome {
  if (/OutOfMemory/i.test(reason)) return 'out_of_memory';
  if (/CannotStartContainerError|CannotCreateContainerError/.test(reason)) return 'launch_failure';
  switch (task.stopCode) {
    case 'SpotInterruption':
    case 'TerminationNotice':
      return 'node_failure';
    case 'UserInitiated':
      return 'cancelled';
    case 'TaskFailedToStart':
      // Room that was promised and then gone is no fault of the task's.
      return /capacity|RESOURCE:|AGENT|timeout|timed out|InternalError|rate exceeded/i.test(reason) &&
        !/CannotPull|ResourceInitialization/.test(reason)
        ? 'node_failure'
        : 'launch_failure';
    case 'EssentialContainerExited':
      if (courier !== 0) return 'node_failure';
      if (exitCode === SIGKILL) return 'out_of_memory';
      return exitCode === 0 ? 'succeeded' : 'program_error';
    default:
      return 'node_failure';
  }
}

function describe(
  { stopCode }: Task,
  reason: string,
  exitCode: number | null,
  courier: number | null,
): string {
  const codes = exitCode === null ? '' : `, exit code ${exitCode}`;
  const beside = courier === null || courier === 0 ? '' : `, its courier ended with ${courier}`;
  return `${stopCode ?? 'stopped'}${codes}${beside}${reason === '' ? '' : `: ${reason.slice(0, 300)}`}`;
}

/** What kept a task from beginning, with the setting or permission that it takes. */
export function launchAdvice(reason: string): string {
  const said = reason.replace(/\s+/g, ' ').slice(0, 400);
  const role = /(arn:aws[a-z-]*:iam::\d{12}:role\/\S+?)[\s'",)]/.exec(reason)?.[1];
  if (/unable to assume/i.test(reason))
    return `ECS cannot take on the role ${role ?? 'of the task'}: its trust policy must name ecs-tasks.amazonaws.com (${said})`;
  if (/CannotPullContainerError/.test(reason)) {
    if (/ecr:|not authorized|AccessDenied|403|denied/i.test(reason))
      return `the image may not be pulled: give the execution role ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer and ecr:BatchGetImage (AmazonECSTaskExecutionRolePolicy), or make the image public (${said})`;
    if (/manifest|not found|not exist|unknown/i.test(reason))
      return `the image does not exist: correct the component’s image or its tag (${said})`;
    if (/toomanyrequests|rate limit/i.test(reason))
      return `the registry answers no more for now: keep the image in ECR, which has no such limit (${said})`;
    return `the image cannot be pulled: the subnet needs a way to the registry, which is assign_public_ip: true in a public subnet, or a NAT gateway (${said})`;
  }
  if (/ResourceInitializationError/.test(reason)) {
    if (/logs?:|log (stream|group|driver)/i.test(reason))
      return `its log cannot be written: give the execution role logs:CreateLogStream and logs:PutLogEvents (${said})`;
    if (/ecr/i.test(reason))
      return `ECR cannot be reached or refuses: give the execution role AmazonECSTaskExecutionRolePolicy, and the subnet a way to the internet (${said})`;
    return `its surroundings could not be made (${said})`;
  }
  if (/executable file not found|no such file/i.test(reason))
    return `the component’s image has no program sh, which the work needs (${said})`;
  return said === '' ? 'ECS could not start it and does not say why' : said;
}
