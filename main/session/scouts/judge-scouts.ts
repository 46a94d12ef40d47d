import type { AttemptOutcome, UsageSample } from '../../providers/provider.ts';
import type { ScoutFinding } from './scout-view.ts';

/** What one scout's last attempt showed. */
export interface ScoutFigures {
  readonly outcome: AttemptOutcome;
  readonly wallSeconds: number;
  readonly cpuSeconds: number | null;
  /** CPUs asked for. */
  readonly cpus: number;
  readonly samples: readonly UsageSample[];
}

/** Samples from which a course can be seen; and how straight and steep growth is that looks like a leak. */
const COURSE_SAMPLES = 12;
const LEAK_STRAIGHTNESS = 0.98;
const LEAK_GROWTH = 1.5;
/** Shorter tasks are mostly start-up, which says nothing about their use of CPUs. */
const EFFICIENCY_SECONDS = 60;
const LEAST_EFFICIENCY = 0.02;
const CORES_SECONDS = 5;
const CORES_BEYOND = 1.5;
const SHORT_SECONDS = 1;
const MANY_INSTANCES = 1000;

/**
 * What the scouts' figures say against how a task is configured. One scout alone proves nothing where there are more.
 *
 * @param rest instances that have not begun
 */
export function judgeScouts(
  task: string,
  scouts: readonly ScoutFigures[],
  rest: number,
): readonly ScoutFinding[] {
  const findings: ScoutFinding[] = [];
  const succeeded = scouts.filter(({ outcome }) => outcome === 'succeeded');
  if (
    scouts.length > 0 &&
    scouts.every(({ outcome }) => outcome === 'program_error' || outcome === 'launch_failure')
  )
    findings.push({
      code: 'E_SCOUTS_FAILED',
      severity: 'broken',
      message: `All ${scouts.length} scouts of ${task} failed by themselves, not for want of resources; the other ${rest} instances were not begun.`,
      hint: 'Look at a scout’s log. Run with --no-scouts (or “scouts: off”) to run the rest whatever the scouts did.',
    });
  if (
    scouts.length > 0 &&
    scouts.every(({ outcome }) => outcome === 'out_of_memory' || outcome === 'walltime')
  )
    findings.push({
      code: 'W_SCOUTS_NOT_ENOUGH',
      severity: 'doubt',
      message: `None of the ${scouts.length} scouts of ${task} got to its end: they were ended for want of ${wantOf(scouts)}, also where they were tried again with more.`,
      hint: 'What the manifest asks for is far from what the task needs. Ask for more, allow more retries, or divide the work.',
    });
  const courses = succeeded.filter(({ samples }) => samples.length >= COURSE_SAMPLES);
  if (mostOf(courses, ({ samples }) => growsToTheEnd(samples)))
    findings.push({
      code: 'W_SCOUTS_MEMORY_LEAK',
      severity: 'doubt',
      message: `The memory of ${task} grows steadily until it ends, in most of its scouts: this looks like a memory leak.`,
      hint: 'If it is meant to gather everything in memory, let it go on; else free what is no longer needed.',
    });
  const long = withCpu(succeeded, EFFICIENCY_SECONDS);
  if (mostOf(long, ({ cpu, wall, cpus }) => cpu < LEAST_EFFICIENCY * wall * cpus))
    findings.push({
      code: 'W_SCOUTS_IDLE_CPUS',
      severity: 'doubt',
      message: `${task} hardly computes: most scouts used less than ${100 * LEAST_EFFICIENCY} % of the CPUs they asked for.`,
      hint: 'It may wait for a network, a disk or a lock. Ask for fewer CPUs, or let it go on if waiting is its work.',
    });
  const timed = withCpu(succeeded, CORES_SECONDS);
  if (mostOf(timed, ({ cpu, wall, cpus }) => cpu > CORES_BEYOND * wall * cpus))
    findings.push({
      code: 'W_SCOUTS_MORE_CORES',
      severity: 'doubt',
      message: `${task} uses more cores than it asks for: most scouts kept ${Math.round(median(timed.map(({ cpu, wall }) => cpu / wall)) * 10) / 10} busy and asked for ${timed[0]?.cpus ?? 1}.`,
      hint: 'Ask for as many CPUs as it uses, or limit its threads (OMP_NUM_THREADS and the like).',
    });
  if (
    rest >= MANY_INSTANCES &&
    succeeded.length > 0 &&
    median(succeeded.map((one) => one.wallSeconds)) < SHORT_SECONDS
  )
    findings.push({
      code: 'W_SCOUTS_VERY_SHORT',
      severity: 'advice',
      message: `${task} has ${rest + scouts.length} instances that take less than a second each: starting them costs more than their work.`,
      hint: 'Let one instance do many of them.',
    });
  return findings;
}

function wantOf(scouts: readonly ScoutFigures[]): string {
  const [memory, time] = (['out_of_memory', 'walltime'] as const).map((kind) =>
    scouts.some(({ outcome }) => outcome === kind),
  );
  return memory && time ? 'memory or time' : memory ? 'memory' : 'time';
}

/** More than half, of at least two where there are two. */
function mostOf<T>(items: readonly T[], is: (item: T) => boolean): boolean {
  return items.length >= 2 && items.filter(is).length > items.length / 2;
}

function withCpu(scouts: readonly ScoutFigures[], seconds: number) {
  return scouts.flatMap(({ cpuSeconds, wallSeconds, cpus }) =>
    cpuSeconds === null || wallSeconds < seconds ? [] : [{ cpu: cpuSeconds, wall: wallSeconds, cpus }],
  );
}

/** Beyond the first quarter, which is loading, memory follows a rising line up to the last sample. */
function growsToTheEnd(samples: readonly UsageSample[]): boolean {
  const later = samples.slice(Math.floor(samples.length / 4));
  const first = later[0];
  const last = later.at(-1);
  if (!first || !last || last.memoryBytes < LEAK_GROWTH * first.memoryBytes) return false;
  const mean = (pick: (sample: UsageSample) => number) =>
    later.reduce((sum, sample) => sum + pick(sample), 0) / later.length;
  const at = mean((sample) => sample.at);
  const bytes = mean((sample) => sample.memoryBytes);
  let [xy, xx, yy] = [0, 0, 0];
  for (const sample of later) {
    xy += (sample.at - at) * (sample.memoryBytes - bytes);
    xx += (sample.at - at) ** 2;
    yy += (sample.memoryBytes - bytes) ** 2;
  }
  return xy > 0 && xx > 0 && yy > 0 && xy ** 2 / (xx * yy) > LEAK_STRAIGHTNESS;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half] ?? 0, sorted[half] ?? 0];
  return (low + high) / 2;
}
