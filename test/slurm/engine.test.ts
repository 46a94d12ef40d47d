import { beforeAll, expect, it, vi } from 'vitest';
import { numberOf } from '../../main/providers/slurm/array-id.ts';
import { EngineRig } from './engine-rig.ts';
import { withSlurm } from './with-slurm.ts';

const NASTY = '$(touch pwned); "\'\n`id` \\ *\t$HOME';

withSlurm('arrays on a real Slurm', (cluster) => {
  /** Slurm's shortest limit is a minute, which goes by while the others run. */
  let limited: { readonly rig: EngineRig; readonly id: string };
  beforeAll(async () => {
    const rig = new EngineRig(cluster);
    const id = await rig.submit([[rig.instance('l.0', ['sleep', '300'])]], { elementWalltimeSeconds: 60 });
    limited = { rig, id };
  });

  it('runs every instance once, several in an element, and measures each', async () => {
    const rig = new EngineRig(cluster);
    const burn = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
    const hold = 'x = bytearray(60 * 2**20); import time; time.sleep(1.5)';
    const id = await rig.submit([
      [rig.instance('a.0', ['sh', '-c', burn]), rig.instance('a.1', ['python3', '-c', hold])],
      [rig.instance('a.2', ['sh', '-c', 'echo out; echo oh no >&2; exit 3'])],
    ]);
    await rig.until(() => rig.ended(id).length === 2 && rig.records.length === 6);
    expect(rig.result('a.0')).toMatchObject({ outcome: 'succeeded', exitCode: 0 });
    expect(rig.result('a.0')?.usage.cpuUserSeconds).toBeGreaterThan(0.02);
    expect(rig.result('a.1')?.usage.peakMemoryBytes).toBeGreaterThan(60 * 2 ** 20);
    expect(rig.result('a.1')?.usage.peakMemoryBytes).toBeLessThan(90 * 2 ** 20);
    expect(rig.result('a.1')?.usage.wallSeconds).toBeGreaterThan(1.4);
    expect(rig.result('a.2')).toMatchObject({ outcome: 'program_error', exitCode: 3 });
    expect(rig.result('a.2')?.message).toContain('oh no');
    expect(await cluster.ssh(`cat '${rig.folder}/logs/a.2.1.out'`)).toBe('out');
    expect(
      rig
        .ended(id)
        .map(({ end }) => end?.outcome)
        .sort(),
    ).toEqual(['program_error', 'succeeded']);
  });

  it('hands values over as they are, in arguments, variables and folders', async () => {
    const rig = new EngineRig(cluster);
    const folder = `${rig.folder}/a folder; $(touch pwned)`;
    const id = await rig.submit([
      [
        rig.instance('n.0', ['printf', '%s', NASTY], { createFolders: [folder], folder }),
        rig.instance(
          'n.1',
          { kind: 'shell', script: 'printf %s "$V" "$W"', values: { V: NASTY } },
          { env: { W: NASTY } },
        ),
      ],
    ]);
    await rig.until(() => rig.ended(id).length === 1);
    expect(rig.result('n.0')?.outcome).toBe('succeeded');
    const read = async (name: string) =>
      Buffer.from((await rig.site.readFile(`${rig.folder}/logs/${name}`)) ?? []).toString();
    expect(await read('n.0.1.out')).toBe(NASTY);
    expect(await read('n.1.1.out')).toBe(NASTY + NASTY);
    expect(await cluster.ssh(`find '${rig.folder}' -name pwned`)).toBe('');
  });

  it('calls Python functions with their arguments, and brings their values and exceptions back', async () => {
    const rig = new EngineRig(cluster);
    await rig.site.writeFile(
      `${rig.folder}/model.py`,
      'def double(x, text):\n    return {"twice": 2 * x, "text": text}\ndef fail():\n    raise ValueError("no luck")\n',
    );
    const call = (name: string, args: unknown) =>
      ({ kind: 'python', module: 'model', name, arguments: args }) as const;
    await rig.submit([
      [
        rig.instance('p.0', call('double', { x: 21, text: NASTY })),
        rig.instance('p.1', call('fail', {})),
        rig.instance('p.2', call('double', { x: 1, text: 'y'.repeat(200_000) })),
      ],
    ]);
    await rig.until(() => rig.result('p.2') !== undefined);
    expect(rig.result('p.0')?.value).toEqual({ twice: 42, text: NASTY });
    expect(rig.result('p.1')).toMatchObject({ outcome: 'program_error', message: 'ValueError: no luck' });
    expect(rig.result('p.2')?.outcome).toBe('succeeded');
  });

  it('stops an instance at its own time limit and goes on with the next', async () => {
    const rig = new EngineRig(cluster);
    const request = { cpus: 1, memoryBytes: null, walltimeSeconds: 2 };
    await rig.submit([
      [rig.instance('w.0', ['sh', '-c', 'sleep 100 & wait'], { request }), rig.instance('w.1', ['true'])],
    ]);
    await rig.until(() => rig.result('w.1') !== undefined);
    expect(rig.result('w.0')).toMatchObject({ outcome: 'walltime' });
    expect(rig.result('w.0')?.usage.wallSeconds).toBeLessThan(8);
    expect(rig.result('w.1')?.outcome).toBe('succeeded');
  });

  it('recognises an end for memory without cgroups', async () => {
    const rig = new EngineRig(cluster);
    const grow = 'x = bytearray(400 * 2**20); import time; time.sleep(30)';
    const id = await rig.submit([[rig.instance('m.0', ['python3', '-c', grow])]]);
    await rig.until(() => rig.ended(id).length === 1);
    expect(rig.ended(id)[0]?.end).toMatchObject({ outcome: 'out_of_memory' });
    expect(rig.ended(id)[0]?.end?.detail).toContain('FAILED 0:9');
  });

  it('says that somebody else cancelled', async () => {
    const rig = new EngineRig(cluster);
    const id = await rig.submit([[rig.instance('c.0', ['sleep', '100'])]]);
    await rig.until(() => rig.records.length === 1);
    await cluster.ssh(`scancel ${numberOf(id)}`);
    await rig.until(() => rig.ended(id).length === 1);
    expect(rig.ended(id)[0]?.end?.outcome).toBe('cancelled');
    expect(rig.ended(id)[0]?.end?.detail).toContain(`CANCELLED by ${cluster.facts.uid}`);
    await rig.until(() => rig.result('c.0') !== undefined);
    expect(rig.result('c.0')?.outcome).toBe('cancelled');
  });

  it('ends one instance and lets the rest of its element go on', async () => {
    const rig = new EngineRig(cluster);
    const commands = { 's.0': ['sleep', '100'], 's.1': ['sleep', '100'], 's.2': ['true'] };
    const id = await rig.submit([Object.entries(commands).map(([name, argv]) => rig.instance(name, argv))]);
    await rig.until(() => rig.records.length === 1);
    // One that has not begun, and the one that runs.
    for (const instanceId of ['s.1', 's.0'])
      await rig.engine.cancelInstance({ arrayId: id, index: 0 }, { instanceId, attempt: 1 });
    await rig.until(() => rig.result('s.2') !== undefined);
    expect(['s.0', 's.1', 's.2'].map((name) => rig.result(name)?.outcome)).toEqual([
      'cancelled',
      'cancelled',
      'succeeded',
    ]);
  });

  it('holds, releases and throttles without ending what runs', async () => {
    const rig = new EngineRig(cluster);
    const elements = Array.from({ length: 8 }, (_, i) => [rig.instance(`t.${i}`, ['sleep', '6'])]);
    const id = await rig.submit(elements, { parallelism: 0 });
    const running = () => [...rig.elements.values()].filter((each) => each.state === 'running').length;
    await rig.poll();
    expect([...rig.elements.values()].map(({ state, reason }) => `${state} ${reason}`)).toContain(
      'pending JobHeldUser',
    );
    await rig.engine.setParallelism(id, 2);
    await rig.until(() => running() === 2);
    await rig.engine.setParallelism(id, 5);
    await rig.until(() => running() === 5);
    await rig.engine.setParallelism(id, 0);
    await rig.until(() => running() === 0 && rig.ended(id).length === 5);
    expect(rig.ended(id).every(({ end }) => end?.outcome === 'succeeded')).toBe(true);
    await rig.engine.setParallelism(id, 8);
    await rig.until(() => rig.ended(id).length === 8);
  });

  it('tells a new engine all of it again, and finds an array by its name', async () => {
    const rig = new EngineRig(cluster);
    const name = `find-me-${Date.now()}`;
    const id = await rig.submit([[rig.instance('f.0', ['true'])]], { name });
    await rig.until(() => rig.ended(id).length === 1 && rig.records.length === 2);
    const other = rig.freshEngine();
    expect((await other.poll([id])).records).toEqual(rig.records);
    expect((await other.poll([id])).records).toEqual([]);
    expect(await other.find(name)).toBe(id);
    expect(await other.find(`${name}-not`)).toBeNull();
  });

  it('runs an attempt once, though two arrays name it', async () => {
    const rig = new EngineRig(cluster);
    const work = [[rig.instance('o.0', ['sh', '-c', 'echo once >>count; sleep 1'])]];
    const ids = [await rig.submit(work), await rig.submit(work)];
    await rig.until(() => ids.every((id) => rig.ended(id).length === 1));
    expect(await cluster.ssh(`cat '${rig.folder}/count'`)).toBe('once');
    expect(rig.records.filter(({ type }) => type === 'finished')).toHaveLength(1);
  });

  it('refuses with the site’s words what it would refuse again', async () => {
    const rig = new EngineRig(cluster, { partition: 'nope' });
    await expect(rig.submit([[rig.instance('r.0', ['true'])]])).rejects.toMatchObject({
      data: { code: 'E_SUBMIT_REFUSED', message: expect.stringMatching(/partition/i) },
    });
    const big = new EngineRig(cluster);
    const request = { cpus: 1, memoryBytes: 2 ** 42, walltimeSeconds: null };
    await expect(big.submit([[big.instance('r.1', ['true'], { request })]])).rejects.toMatchObject({
      data: { code: 'E_SUBMIT_REFUSED' },
    });
  });

  it('begins a dependent array only after the first has succeeded', async () => {
    const rig = new EngineRig(cluster);
    const first = await rig.submit([[rig.instance('d.0', ['sh', '-c', 'sleep 2; echo 1 >order'])]]);
    await rig.submit([[rig.instance('d.1', ['sh', '-c', 'cat order'])]], { after: [first] });
    const failing = await rig.submit([[rig.instance('d.2', ['false'])]]);
    const never = await rig.submit([[rig.instance('d.3', ['true'])]], { after: [failing] });
    await rig.until(() => rig.result('d.1') !== undefined && rig.ended(never).length === 1);
    expect(rig.result('d.1')?.outcome).toBe('succeeded');
    expect(rig.ended(never)[0]?.end?.outcome).toBe('cancelled');
    expect(rig.result('d.3')).toBeUndefined();
  });

  it('tells that a node went away', async () => {
    const rig = new EngineRig(cluster, { partition: 'debug' });
    const id = await rig.submit([[rig.instance('x.0', ['sleep', '300'])]]);
    await rig.until(() => rig.records.length === 1);
    await cluster.root('scontrol', 'update', 'nodename=node4', 'state=down', 'reason=test');
    try {
      await rig.until(() => rig.ended(id).length === 1);
      expect(rig.ended(id)[0]?.end?.outcome).toBe('node_failure');
    } finally {
      await cluster.nodesReady();
    }
  });

  it('tells what only the record says: a preemption', async () => {
    const rig = new EngineRig(cluster);
    const id = await rig.submit([[rig.instance('y.0', ['false'])]]);
    await rig.until(() => rig.ended(id).length === 1);
    await vi.waitFor(
      async () => expect(await rig.engine.usage([{ arrayId: id, index: 0 }])).toHaveLength(1),
      30_000,
    );
    await cluster.changeRecords(
      `update testbed_job_table set state=8, exit_code=0 where ${numberOf(id)} in (id_array_job, id_job)`,
    );
    const [status] = await rig.engine.usage([{ arrayId: id, index: 0 }]);
    expect(status?.end?.outcome).toBe('node_failure');
  });

  it('cancels what waits and what runs of a thousand elements, in few commands', async () => {
    const rig = new EngineRig(cluster);
    const elements = Array.from({ length: 1000 }, (_, i) => [rig.instance(`k.${i}`, ['sleep', '100'])]);
    const id = await rig.submit(elements, { parallelism: 4 });
    await rig.until(() => rig.records.length === 4);
    const before = rig.site.commands;
    await rig.engine.cancel(elements.map((_, index) => ({ arrayId: id, index })));
    await rig.until(() => rig.ended(id).length === 1000);
    expect(rig.ended(id).every(({ end }) => end?.outcome === 'cancelled')).toBe(true);
    expect(rig.site.commands - before).toBeLessThan(20);
  });

  it('tells a time limit of the job, with what was measured until then', async () => {
    const { rig, id } = limited;
    await rig.until(() => rig.result('l.0') !== undefined && rig.ended(id).length === 1, 150);
    expect(rig.ended(id)[0]?.end?.outcome).toBe('walltime');
    expect(rig.result('l.0')?.outcome).toBe('walltime');
    expect(rig.result('l.0')?.usage.peakMemoryBytes).toBeGreaterThan(0);
  });

  it('says that Slurm does not answer, and then goes on where it was', async () => {
    const rig = new EngineRig(cluster);
    const id = await rig.submit([[rig.instance('z.0', ['true'])]]);
    await cluster.kill('slurmctld', 'SIGTERM');
    await expect(rig.poll()).rejects.toMatchObject({ data: { code: 'E_SITE_UNREACHABLE' } });
    await cluster.start('slurmctld');
    await rig.until(() => rig.ended(id).length === 1 && rig.result('z.0') !== undefined);
    expect(rig.result('z.0')?.outcome).toBe('succeeded');
  });
});
