import { expect, it, vi } from 'vitest';
import { numberOf } from '../../main/providers/slurm/array-id.ts';
import { EngineRig } from './engine-rig.ts';
import { withSlurm } from './with-slurm.ts';

withSlurm('a Slurm that has forgotten an array and gives its number to the next', (cluster) => {
  it('has each array told apart from the other, and nothing of the one done to the other', async () => {
    const rig = new EngineRig(cluster);
    let lost = '';
    await cluster.forgetting(async () => {
      lost = await rig.submit([
        [rig.instance('lost.0', ['true'])],
        [rig.instance('lost.1', ['sleep', '300'])],
        [rig.instance('lost.2', ['sleep', '300'])],
      ]);
      await rig.until(() => rig.records.length === 4 && rig.ended(lost).length === 1);
    });
    const seen = rig.records.length;
    rig.elements.clear();
    const next = await rig.submit(
      [0, 1, 2].map((i) => [rig.instance(`next.${i}`, ['sh', '-c', 'echo once >>count; sleep 1'])]),
      { parallelism: 1 },
    );
    expect(numberOf(next)).toBe(numberOf(lost));
    expect(next).not.toBe(lost);
    // To Slurm it would come after the next one.
    await expect(rig.submit([[rig.instance('after', ['true'])]], { after: [lost] })).rejects.toMatchObject({
      data: { code: 'E_SUBMIT_REFUSED' },
    });

    // The lost one is held and ended as long as nobody knows that it is lost.
    await rig.engine.setParallelism(lost, 0);
    await rig.engine.cancel([0, 1, 2].map((index) => ({ arrayId: lost, index })));

    await rig.until(() => rig.ended(next).length === 3 && rig.records.length === seen + 6);
    expect(rig.records.slice(seen).every(({ arrayId }) => arrayId === next)).toBe(true);
    expect([0, 1, 2].map((i) => rig.result(`next.${i}`)?.outcome)).toEqual(Array(3).fill('succeeded'));
    expect(await cluster.ssh(`cat '${rig.folder}/count'`)).toBe('once\nonce\nonce');
    const ended = async (id: string) =>
      (await rig.engine.usage(elementsOf(id))).flatMap(({ index, end }) =>
        end?.outcome === 'succeeded' ? index : [],
      );
    await vi.waitFor(async () => expect(await ended(next)).toEqual([0, 1, 2]), 30_000);
    expect(await ended(lost)).not.toContain(1);
    // Another app finds out the same.
    const again = await rig.freshEngine().poll([lost, next]);
    expect(again.records.filter(({ arrayId }) => arrayId === next)).toHaveLength(6);
    expect(again.elements.every(({ arrayId }) => arrayId === next)).toBe(true);
  });
});

const elementsOf = (arrayId: string) => [0, 1, 2].map((index) => ({ arrayId, index }));
