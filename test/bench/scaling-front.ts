import { parseManifest } from '../../main/manifest/load.ts';
import { planScale } from '../../main/planning/scale-plan.ts';
import { providerFor } from '../../main/providers/registry.ts';
import type { PlannedInstance } from '../../main/telemetry/events.ts';

const MANIFEST = `version: 1
project: { name: front }
targets: { local: { provider: local, max_workers: 500 } }
components: { model: { cpus: 1, memory: 1G } }
tasks: { simulate: { component: model, command: "true" } }
`;
const REQUEST = { cpus: 0.01, memoryBytes: 2 ** 20, walltimeSeconds: null };
const UNKNOWN = { peakMemoryBytes: null, cpuSeconds: null };

/** Half simulations, then an analysis of each, then one report. */
function instanceOf(at: number, size: number): PlannedInstance {
  const half = Math.floor(size / 2);
  const task = at < half ? 'simulate' : at < size - 1 ? 'analyze' : 'report';
  const needs = task === 'simulate' ? [] : task === 'report' ? ['task:analyze'] : [`simulate.${at - half}`];
  const point = task === 'simulate' ? 60 + (at % 977) : 20;
  return {
    id: `${task}.${task === 'analyze' ? at - half : at}`,
    task,
    component: 'model',
    index: at,
    params: {},
    features: {},
    request: REQUEST,
    source: 'manifest',
    confidence: null,
    predicted: { ...UNKNOWN, wallSeconds: { low: point / 2, point, high: point * 2 } },
    needs,
    command: 'true',
  };
}

/** How long planning the front for a campaign of so many instances takes, best of three, and how many points it has. */
export async function timeFront(size: number): Promise<{ ms: number; points: number }> {
  const { spec } = parseManifest(MANIFEST, { projectFolder: '/', target: 'local', env: {} });
  if (!spec) throw new Error('The manifest of this benchmark does not hold.');
  const instances = Array.from({ length: size }, (_, at) => instanceOf(at, size));
  let best = { ms: Number.POSITIVE_INFINITY, points: 0 };
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    const { front } = await planScale({
      spec,
      provider: providerFor('local'),
      instances,
      resources: { model: REQUEST },
      options: {},
      policy: 'safe',
      objective: 'balance',
    });
    const ms = performance.now() - started;
    if (ms < best.ms) best = { ms, points: front.length };
  }
  return best;
}
