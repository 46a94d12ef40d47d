import type { TaskData } from '../../../main/api/advisor-views.ts';
import { count, percent, plural } from '../../lib/format.ts';

/** What was not measured of a task, and what that means. */
export function missingSentences({ summary, looked, failed, missing, inputs }: TaskData): readonly string[] {
  const { task } = summary;
  const share = (number: number) =>
    `${count(number)} of ${plural(looked, 'attempt')} (${percent(number / looked)})`;
  return [
    missing.memory > 0 &&
      `${task}: the memory of ${share(missing.memory)} was not measured; they teach no memory.`,
    missing.runTime > 0 &&
      `${task}: the run time of ${share(missing.runTime)} is not known; they teach no time limit.`,
    missing.cpuTime > 0 &&
      `${task}: the CPU time of ${share(missing.cpuTime)} was not measured; CPUs are left as they are.`,
    missing.request > 0 &&
      `${task}: what ${share(missing.request)} had asked for is not known; what they wasted is not counted.`,
    failed > 0 && `${task}: ${share(failed)} did not succeed. They tell that more was needed, not how much.`,
    inputs.length > 0 &&
      inputs.every(({ distinct }) => distinct < 2) &&
      `${task}: no input ever varied, so nothing can be learned about inputs. Run it with other values.`,
  ].filter((sentence) => sentence !== false);
}
