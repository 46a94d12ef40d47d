import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import { daskPolicy } from './policies/dask-adaptive.ts';
import { fixedPolicy } from './policies/fixed.ts';
import { hpaPolicy } from './policies/kubernetes-hpa.ts';
import { parslPolicy } from './policies/parsl-simple.ts';
import { DEFAULT_SETTINGS, predictivePolicy } from './policies/predictive.ts';
import { thresholdPolicy } from './policies/threshold.ts';
import { type AnyPolicy, anyPolicy } from './simulator/policy.ts';
import type { Pool } from './simulator/workload.ts';
import type { ScaleSettings } from './state.ts';

const count = z.number().int().min(0);
const perTag = (value: z.ZodNumber) => z.union([value, z.record(z.string(), value)]);
const share = z.number().min(0).max(1);
const seconds = z.number().min(0);

/** What may stand in a policy file, JSON or YAML, all of it optional. */
const policyFile = z.strictObject({
  rule: z.enum(['predictive', 'fixed', 'threshold', 'dask', 'parsl', 'hpa']).default('predictive'),
  min_workers: perTag(count).default(0),
  max_workers: perTag(count.min(1)).default(20),
  /** Over all tags. */
  max_total: count.min(1).optional(),
  scale_up_threshold: share.default(DEFAULT_SETTINGS.scaleUpThreshold),
  scale_down_threshold: share.default(DEFAULT_SETTINGS.scaleDownThreshold),
  cooldown_seconds: seconds.default(DEFAULT_SETTINGS.cooldownSeconds),
  objective: z.enum(['minimize cost', 'minimize time', 'balance']).default('balance'),
  policy: z.enum(['safe', 'aggressive', 'manual']).default('safe'),
  budget_usd: z.number().min(0).optional(),
  deadline_hours: z.number().min(0).optional(),
  /** Medians. */
  startup_seconds: perTag(seconds).default(30),
  queue_wait_seconds: perTag(seconds).default(0),
  usd_per_hour: perTag(z.number().min(0)).default(0),
  walltime_seconds: seconds.min(1).optional(),
  failure_rate: share.default(0),
  seed: z.number().int().default(1),
});

const PER_TAG = [
  'min_workers',
  'max_workers',
  'startup_seconds',
  'queue_wait_seconds',
  'usd_per_hour',
] as const satisfies readonly (keyof PolicyFile)[];

export type PolicyFile = z.output<typeof policyFile>;

/** @throws AppError `E_POLICY_FILE` naming every mistake */
export function parsePolicyFile(text: string, path: string): PolicyFile {
  let data: unknown;
  try {
    data = parse(text) ?? {};
  } catch (cause) {
    throw new AppError(
      {
        code: 'E_POLICY_FILE',
        message: `${path} is neither YAML nor JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
        hint: 'A policy file is a list of settings, for example `max_workers: 20`.',
      },
      { cause },
    );
  }
  const parsed = policyFile.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new AppError({
    code: 'E_POLICY_FILE',
    message: `${path}: ${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('; ')}`,
    hint: `Known settings are ${Object.keys(policyFile.shape).join(', ')}.`,
  });
}

/** @throws AppError `E_POLICY_FILE` about settings for tags that no task has, which would hold for nobody */
export function checkTags(file: PolicyFile, tags: readonly string[], path: string): void {
  const unknown = PER_TAG.flatMap((key) => {
    const value = file[key];
    const named = typeof value === 'number' ? [] : Object.keys(value);
    return named.filter((tag) => !tags.includes(tag)).map((tag) => `${key}.${tag}`);
  });
  if (unknown.length === 0) return;
  throw new AppError({
    code: 'E_POLICY_FILE',
    message: `${path}: no task has the tag of ${unknown.join(', ')}.`,
    hint: `The tags here are ${tags.join(', ')}; a single number holds for all of them.`,
  });
}

export function policyOf(file: PolicyFile): AnyPolicy {
  switch (file.rule) {
    case 'predictive':
      return anyPolicy(predictivePolicy(settingsOf(file)));
    case 'fixed':
      return anyPolicy(fixedPolicy);
    case 'threshold':
      return anyPolicy(
        thresholdPolicy(file.scale_up_threshold, file.scale_down_threshold, file.cooldown_seconds),
      );
    case 'dask':
      return anyPolicy(daskPolicy);
    case 'parsl':
      return anyPolicy(parslPolicy);
    case 'hpa':
      return anyPolicy(hpaPolicy);
  }
}

function settingsOf(file: PolicyFile): Partial<ScaleSettings> {
  return {
    scaleUpThreshold: file.scale_up_threshold,
    scaleDownThreshold: file.scale_down_threshold,
    cooldownSeconds: file.cooldown_seconds,
    objective: file.objective,
    policy: file.policy,
    budgetUsd: file.budget_usd ?? null,
    deadlineSeconds: file.deadline_hours === undefined ? null : file.deadline_hours * 3600,
  };
}

/** How start-ups and waits spread around their medians where nobody has measured it. */
const LATENCY_SPREAD = 0.3;

export function poolFrom(file: PolicyFile, tag: string): Pool {
  const of = (value: number | Readonly<Record<string, number>>, otherwise: number) =>
    typeof value === 'number' ? value : (value[tag] ?? otherwise);
  const maxWorkers = of(file.max_workers, 20);
  return {
    tag,
    minWorkers: Math.min(maxWorkers, of(file.min_workers, 0)),
    maxWorkers,
    queueWait: { median: of(file.queue_wait_seconds, 0), spread: LATENCY_SPREAD },
    startUp: { median: of(file.startup_seconds, 30), spread: LATENCY_SPREAD },
    walltimeSeconds: file.walltime_seconds ?? null,
    usdPerHour: of(file.usd_per_hour, 0),
    failureRate: file.failure_rate,
  };
}
