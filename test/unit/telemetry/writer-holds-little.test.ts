import { expect, it } from 'vitest';
import { report } from '../../../main/telemetry/queries/report.ts';
import { EventWriter } from '../../../main/telemetry/write/event-writer.ts';
import { added, finishedRun, instance, memory, RUN, started, whole } from './events-of-a-run.ts';

it('the writer holds no more between commits however many instances wait, and loses none of them', () => {
  const { db, context } = memory();
  const most = 50;
  const writer = new EventWriter(db, most);
  writer.write([started()]);
  for (let commit = 0; commit < 40; commit++) {
    writer.write([added(...Array.from({ length: 10 }, (_, i) => instance(commit * 10 + i)))]);
    expect(writer.held).toBeLessThanOrEqual(most);
  }
  for (let i = 0; i < 400; i++) writer.write(whole(`simulate.${i}`, { from: i, to: i + 1000 }));
  writer.write([finishedRun(5000)]);
  expect(report(context, RUN)).toMatchObject({ tasks: { total: 400, succeeded: 400 } });
});
