import type { Task } from '@aws-sdk/client-ecs';

/** Linux tasks on Fargate are paid for a minute at the least. */
export const LEAST_SECONDS = 60;

/**
 * Seconds of a stopped task that AWS charges for: from the beginning of the image's download until the end, whole seconds, a minute
 * at the least (https://aws.amazon.com/fargate/pricing/). Null: it never came to a download, which costs nothing.
 * @param least a task's part of an EC2 machine has no least time
 */
export function billedSeconds(
  { pullStartedAt, stoppedAt }: Pick<Task, 'pullStartedAt' | 'stoppedAt'>,
  least: number = LEAST_SECONDS,
): number | null {
  if (!pullStartedAt || !stoppedAt) return null;
  return Math.max(least, Math.ceil((stoppedAt.getTime() - pullStartedAt.getTime()) / 1000));
}

/** What so many seconds cost; null: they cost nothing, or nobody knows what. */
export function billFor(
  seconds: number | null,
  usdPerHour: number | null,
): { readonly seconds: number; readonly usd: number } | null {
  return seconds === null || usdPerHour === null ? null : { seconds, usd: (usdPerHour * seconds) / 3600 };
}
