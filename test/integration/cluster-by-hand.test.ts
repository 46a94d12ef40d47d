import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalCluster, ScalableClient, SlurmCluster } from '../../main/sdk.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'scalable-by-hand-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true, maxRetries: 5 }));

function localCluster(): LocalCluster {
  const cluster = new LocalCluster({ workspace, maxWorkers: 4, processes: false });
  cluster.addContainer({ tag: 'demeter', cpus: 1, memory: '64M' });
  cluster.addContainer({ tag: 'postprocess' });
  return cluster;
}

describe('a cluster made by hand', () => {
  it('takes work at once, runs it on the workers that were added, and reports', async () => {
    await using cluster = localCluster();
    await cluster.addWorkers({ n: 2, tag: 'demeter' });
    const client = new ScalableClient(cluster);
    const squares = client.map((x: number) => x * x, [1, 2, 3], { tag: 'demeter', name: 'square' });
    expect(await client.gather(squares)).toEqual([1, 4, 9]);
    expect(cluster.workerCount('demeter')).toBe(2);
    expect(cluster.workerCount('postprocess')).toBe(0);
    const report = await cluster.close();
    expect(report).toMatchObject({ status: 'succeeded', tasks: { succeeded: 3 } });
    expect(report?.tasks_by_name).toMatchObject({ square: expect.anything() });
  });

  it('adds and removes workers by tag while it runs', async () => {
    await using cluster = localCluster();
    await cluster.addWorkers({ n: 3, tag: 'demeter' });
    const client = new ScalableClient(cluster);
    const first = client.submit(() => 'simulated', { tag: 'demeter' });
    const second = client.submit((text: string) => `${text}, analyzed`, first, { tag: 'postprocess' });
    await client.ready;
    await cluster.removeWorkers({ n: 2, tag: 'demeter' });
    await cluster.addWorkers({ tag: 'postprocess' });
    expect(await second).toBe('simulated, analyzed');
    const { poll } = expect;
    await poll(() => cluster.workerCount('demeter'), { timeout: 20_000 }).toBe(1);
    await poll(() => cluster.workerCount('postprocess'), { timeout: 20_000 }).toBe(1);
    const report = await cluster.close();
    expect(report?.scaling).toMatchObject({ up: 2, down: 1 });
  });

  it('runs commands, whose arguments stay arguments', async () => {
    await using cluster = localCluster();
    await cluster.addWorkers({ tag: 'demeter' });
    const client = new ScalableClient(cluster);
    const hostile = '$(touch pwned); "\'\n';
    const check = `process.exit(process.argv[1] === ${JSON.stringify(hostile)} ? 0 : 3)`;
    await client.submit([process.execPath, '-e', check, hostile], { tag: 'demeter' });
    await expect(client.submit([process.execPath, '-e', check, 'x'], { tag: 'demeter' })).rejects.toThrow(
      /exit code 3/,
    );
    expect((await cluster.close())?.tasks).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('tells every future why the run could not begin', async () => {
    const cluster = new SlurmCluster({ workspace, queue: 'batch', connection: 'no-such-connection' });
    cluster.addContainer({ tag: 'demeter' });
    await cluster.addWorkers({ tag: 'demeter' });
    const client = new ScalableClient(cluster);
    const future = client.submit(['true'], { tag: 'demeter' });
    const refusal = await client.ready.then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: expect.stringMatching(/^E_/) });
    await expect(future).rejects.toBe(refusal);
    await expect(cluster.close()).rejects.toBe(refusal);
  });

  it('calls Python functions by name', async () => {
    writeFileSync(join(workspace, 'model.py'), 'def double(year):\n    return 2 * year\n');
    await using cluster = localCluster();
    await cluster.addWorkers({ tag: 'demeter' });
    const client = new ScalableClient(cluster);
    expect(await client.submit('model:double', { year: 1025 }, { tag: 'demeter' })).toBe(2050);
  });

  it('cannot be given new kinds of workers, or a second client, once it has a client', async () => {
    await using cluster = localCluster();
    const client = new ScalableClient(cluster);
    expect(() => cluster.addContainer({ tag: 'late' })).toThrow(
      expect.objectContaining({ code: 'E_CLUSTER_STARTED' }),
    );
    await expect(new ScalableClient(cluster).ready).rejects.toMatchObject({ code: 'E_CLUSTER_STARTED' });
    await client.ready;
  });
});
