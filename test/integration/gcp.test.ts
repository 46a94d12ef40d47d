import { describe, expect, it } from 'vitest';
import { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import { manifest, run } from './gcp-rig.ts';
import { project } from './session-projects.ts';

describe('a run on Google Cloud (a double of it)', () => {
  it('runs a campaign end to end', { timeout: 120_000 }, async () => {
    const double = await GcpDouble.start();
    try {
      using study = project(
        manifest(
          double,
          `simulate:
  component: model
  command: sh -c 'cat input.txt > "$0"; echo {i} >> "$0"; echo said {i}' {outputs.result}
  params: { i: { range: [1, 12, 1] } }
  outputs: { result: file }
collect:
  component: model
  command: cat {simulate.outputs.result} > {outputs.all}
  needs: [simulate]
  outputs: { all: all.txt }`,
        ),
      );
      study.write('input.txt', 'input\n');
      const { report } = await run(study, double);
      expect(report.failures).toEqual([]);
      expect(report.tasks).toMatchObject({ total: 13, succeeded: 13 });
      expect(double.batch.running).toBe(0);
    } finally {
      await double.close();
    }
  });
});
