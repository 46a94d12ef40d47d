import { expect, it } from 'vitest';
import { MIB } from '../../main/platform/units.ts';
import { EngineRig } from './engine-rig.ts';
import { withSlurm } from './with-slurm.ts';

/** Known on top: what Python itself takes, 8 to 12 MB. */
const PYTHON = 12 * MIB;
const hold = (mib: number, seconds = 4) => [
  'python3',
  '-c',
  `x = bytearray(b"1") * (${mib} * 2**20); import time; time.sleep(${seconds})`,
];

withSlurm('peak memory on a real Slurm', (cluster) => {
  it('is measured in the job for each instance, within a few per cent, with children and after them', async () => {
    const rig = new EngineRig(cluster);
    const request = { cpus: 1, memoryBytes: 1000 * MIB, walltimeSeconds: null };
    const two = `import subprocess, sys
children = [subprocess.Popen([sys.executable, "-c", "x = bytearray(b'1') * (150 * 2**20); import time; time.sleep(5)"]) for _ in "ab"]
for child in children: child.wait()`;
    await rig.submit([
      [
        rig.instance('p.0', hold(300), { request }),
        rig.instance('p.1', ['python3', '-c', two], { request }),
        rig.instance('p.2', hold(30, 1), { request }),
      ],
    ]);
    await rig.until(() => rig.result('p.2') !== undefined, 60);
    const peak = (id: string) => rig.result(id)?.usage.peakMemoryBytes ?? Number.NaN;
    expect(peak('p.0')).toBeGreaterThanOrEqual(300 * MIB);
    expect(peak('p.0')).toBeLessThan(300 * MIB * 1.03 + PYTHON);
    // Two of 150 MiB at once, and the one that waits for them.
    expect(peak('p.1')).toBeGreaterThanOrEqual(300 * MIB);
    expect(peak('p.1')).toBeLessThan(300 * MIB * 1.03 + 3 * PYTHON);
    // Its own, not that of what ran before it in the same element.
    expect(peak('p.2')).toBeGreaterThanOrEqual(30 * MIB);
    expect(peak('p.2')).toBeLessThan(30 * MIB * 1.03 + PYTHON);
  });

  it('is what accounting says of an element, within a few per cent', async () => {
    const rig = new EngineRig(cluster);
    const request = { cpus: 1, memoryBytes: 1000 * MIB, walltimeSeconds: null };
    const id = await rig.submit([[rig.instance('q.0', hold(300, 6), { request })]]);
    await rig.until(() => rig.ended(id).length === 1 && rig.result('q.0') !== undefined, 60);
    const accounted = async () =>
      (await rig.engine.usage([{ arrayId: id, index: 0 }]))[0]?.end?.peakMemoryBytes ?? 0;
    await expect.poll(accounted, { timeout: 40_000, interval: 1000 }).toBeGreaterThanOrEqual(300 * MIB);
    const own = rig.result('q.0')?.usage.peakMemoryBytes ?? Number.NaN;
    expect(await accounted()).toBeLessThan(300 * MIB * 1.03 + 2 * PYTHON);
    expect(Math.abs((await accounted()) - own) / own).toBeLessThan(0.05);
  });
});
