import { expect, it } from 'vitest';
import { realTimer } from '../../main/providers/batch/timer.ts';
import { numberOf } from '../../main/providers/slurm/array-id.ts';
import { instance, Memory, SmallSession } from '../unit/providers/batch/small-session.ts';
import { EngineRig } from './engine-rig.ts';
import { withSlurm } from './with-slurm.ts';

withSlurm('an element that is warned of its time limit on a real Slurm', (cluster) => {
  it('ends what it has begun, begins nothing more, and lets nothing begin after it', async () => {
    const rig = new EngineRig(cluster);
    const wait = ['sh', '-c', 'while [ ! -e go ]; do sleep 0.2; done'];
    const id = await rig.submit([[rig.instance('a.0', wait), rig.instance('a.1', ['true'])]]);
    const next = await rig.submit([[rig.instance('b.0', ['true'])]], { after: [id] });
    await rig.until(() => rig.records.length === 1);
    await cluster.ssh(`scancel --batch --signal=USR2 ${numberOf(id)}_0 && touch '${rig.folder}/go'`);
    await rig.until(() => rig.ended(id).length === 1 && rig.ended(next).length === 1);
    expect(rig.result('a.0')?.outcome).toBe('succeeded');
    expect(rig.records.filter(({ instanceId }) => instanceId !== 'a.0')).toEqual([]);
    expect(rig.ended(id)[0]?.end).toMatchObject({ beganNoMore: true });
    expect(rig.ended(next)[0]?.end?.outcome).toBe('cancelled');
  });

  it('has the rest of its work done by another, which counts against nothing', async () => {
    const rig = new EngineRig(cluster);
    const memory = new Memory();
    const wait = ['sh', '-c', 'while [ ! -e go ]; do sleep 0.2; done'];
    const make: typeof instance = (id, more) =>
      instance(id, {
        ...more,
        folder: rig.folder,
        request: { cpus: 1, memoryBytes: 100 * 2 ** 20, walltimeSeconds: 600 },
        work: { kind: 'argv', argv: id === 'work.0' ? wait : ['true'] },
      });
    const ids = ['work.0', 'work.1', 'work.2'];
    const session = await SmallSession.open(
      ids,
      { memory, engine: rig.engine, time: realTimer(), make },
      {},
      1,
    );
    const began = () => session.events.find((event) => event.type === 'task_started');
    await expect.poll(() => began()?.workerId, { timeout: 60_000 }).toBeDefined();
    await cluster.ssh(`scancel --batch --signal=USR2 ${began()?.workerId} && touch '${rig.folder}/go'`);
    await expect.poll(() => session.done, { timeout: 120_000 }).toBe(true);
    await session.cluster.close({ drain: true });
    // What did not begin came back, and nothing that ended did so as anything but a success.
    const outcomes = session.events.flatMap((event) =>
      event.type === 'task_finished' ? event.result.outcome : [],
    );
    expect(outcomes).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(session.events.filter(({ type }) => type === 'task_returned')).toHaveLength(2);
  });
});
