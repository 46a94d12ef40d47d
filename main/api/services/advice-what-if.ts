import type { Advisor, Sizing } from '../../advisor/advisor.ts';
import { HistoryAdvisor } from '../../advisor/history-advisor.ts';
import type { DeploymentSpec, Params, ParamValue } from '../../manifest/spec.ts';
import type { AdviceTerms } from '../../planning/advice-terms.ts';
import { manifestRequest, type SizedTask, sizeInstances, sizingQuery } from '../../planning/sizing.ts';
import { AppError } from '../../platform/errors.ts';
import type { ResourceRequest } from '../../providers/provider.ts';
import { providerFor } from '../../providers/registry.ts';
import type { InputDescription, InputEffect, WhatIfAnswer } from '../advisor-views.ts';
import { shown } from './advice.ts';
import { type Spreads, shareUnder, spreadOf } from './advice-spread.ts';

/** A category with more levels is not tried through. */
const MOST_TRIED = 8;

export interface WhatIfQuestion {
  readonly spec: DeploymentSpec;
  readonly task: SizedTask;
  /** What is asked for today, of a task that is in the history only. */
  readonly asked?: ResourceRequest;
  readonly advisor: Advisor;
  readonly spreads: Spreads;
  readonly features: Params;
  readonly terms: AdviceTerms;
  /** What the task's inputs were so far: the answer is asked for at their ends as well. */
  readonly inputs: readonly InputDescription[];
}

/** What a plan would ask for an instance with these inputs, what it may use, and what would change the answer. */
export async function answerWhatIf(question: WhatIfQuestion): Promise<WhatIfAnswer> {
  const { spec, task, advisor, spreads, features, terms, inputs } = question;
  const asked = question.asked ?? manifestRequest(spec, task);
  const trained =
    advisor instanceof HistoryAdvisor
      ? advisor.trained.find((candidate) => candidate.task === task.name)
      : undefined;
  const tried = inputs.flatMap((input) => alternatives(input).map((value) => ({ name: input.name, value })));
  const [sizing, ...others] = await sizeInstances(
    task,
    [features, ...tried.map(({ name, value }) => ({ ...features, [name]: value }))],
    {
      spec,
      advisor,
      policy: spec.objectives.policy,
      terms,
      asked,
      capacity: providerFor(spec.target.provider).capacity(spec),
    },
  );
  if (!sizing) throw new AppError({ code: 'E_INTERNAL', message: 'The advisor gave no answer.' });
  const { memory, time } = trained
    ? spreads.of(trained, sizingQuery(task, features, { spec, terms, asked }), sizing.method)
    : { memory: null, time: null };
  const memorySpread = memory && spreadOf(memory);
  const { memoryBytes } = sizing.request;
  return {
    task: task.name,
    component: task.component,
    inManifest: question.asked === undefined,
    current: shown(asked),
    recommended: shown(sizing.request),
    method: sizing.method,
    confidence: sizing.confidence,
    predicted: sizing.predicted,
    sentence: sizing.evidence.reason,
    evidence: sizing.evidence,
    policy: spec.objectives.policy,
    requestBytes: memoryBytes,
    manifestBytes: asked.memoryBytes,
    ladder: sizing.ladder ?? (memoryBytes === null ? [] : [memoryBytes]),
    memory: memorySpread,
    time: time && spreadOf(time),
    suffices: memorySpread && memoryBytes !== null ? shareUnder(memorySpread, memoryBytes) : null,
    effects: effectsOf(tried, others),
  };
}

function alternatives(input: InputDescription): readonly ParamValue[] {
  if (input.distinct < 2) return [];
  switch (input.kind) {
    case 'number':
      return [input.low, input.high];
    case 'category':
      return input.levels.length > MOST_TRIED ? [] : input.levels;
    case 'text':
      return [];
  }
}

/** A smaller share of the request is rounding. */
const LEAST_EFFECT = 0.02;

/** Largest difference first; inputs that change next to nothing are left out. */
function effectsOf(
  tried: readonly { readonly name: string; readonly value: ParamValue }[],
  sizings: readonly Sizing[],
): readonly InputEffect[] {
  const names = [...new Set(tried.map(({ name }) => name))];
  return names
    .map((name) => ({
      name,
      at: tried.flatMap((one, index) => {
        const bytes = sizings[index]?.request.memoryBytes ?? null;
        return one.name === name && bytes !== null ? [{ value: String(one.value), memoryBytes: bytes }] : [];
      }),
    }))
    .filter(({ at }) => reach(at) > LEAST_EFFECT * Math.max(...at.map(({ memoryBytes }) => memoryBytes)))
    .toSorted((a, b) => reach(b.at) - reach(a.at));
}

function reach(at: InputEffect['at']): number {
  const bytes = at.map(({ memoryBytes }) => memoryBytes);
  return bytes.length === 0 ? 0 : Math.max(...bytes) - Math.min(...bytes);
}
