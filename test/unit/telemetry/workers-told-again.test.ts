import { expect, it } from 'vitest';
import { report } from '../../../main/telemetry/queries/report.ts';
import { finishedRun, memory, RUN, started, worker } from './events-of-a-run.ts';

it('counts a worker once that is told of again when a run is resumed', () => {
  const { writer, context } = memory();
  const told = [worker('7_0', 0, null), worker('7_1', 0, 4000, 'demeter', 'its work is done')].flat();
  writer.write([started(), ...told]);
  writer.write(told);
  writer.write([
    ...worker('7_0', 0, 6000, 'demeter', 'its work is done'),
    ...worker('7_2', 7000, 9000, 'demeter', 'its work is done'),
    finishedRun(10_000),
  ]);
  expect(report(context, RUN)).toMatchObject({
    workers: { demeter: { started: 3, removed: 3, final: 0 } },
    workers_total: { peak: 2, average: 1.2 },
  });
});

it('counts one that comes later under the name of one that has left', () => {
  const { writer, context } = memory();
  writer.write([
    started(),
    ...worker('w1', 0, 4000, 'demeter', 'scaled down'),
    ...worker('w1', 5000, 6000, 'demeter', 'scaled down'),
    finishedRun(10_000),
  ]);
  expect(report(context, RUN)?.workers_total).toEqual({ peak: 1, average: 0.5 });
});
