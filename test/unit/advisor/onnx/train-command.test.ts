import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openOnnxModel } from '../../../../main/advisor/onnx/open-model.ts';
import { cli } from '../../cli/fake-io.ts';
import { energyRows } from '../fixtures.ts';
import { known } from './onnx-fixtures.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  const rows = energyRows(40).map(({ features, peakMemoryBytes, wallSeconds, cpuSeconds }) =>
    ['simulate', features.num_nodes, features.input_size_mb, peakMemoryBytes, wallSeconds, cpuSeconds].join(
      ',',
    ),
  );
  const header = 'task,param.num_nodes,param.input_size_mb,peak_memory_bytes,duration_s,cpu_s';
  await writeFile(join(folder, 'usage.csv'), [header, ...rows, 'short,,,1000000,1,1'].join('\n'));
  expect((await cli({ cwd: folder }, 'import', 'usage.csv')).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

test('`train --onnx DIR` writes files that serve what was trained, and names them', async () => {
  const { code, json } = await cli(
    { cwd: folder },
    ...['train', '--model-type', 'linear', '--onnx', 'models/onnx', '--format', 'json'],
  );
  expect(code).toBe(0);
  const path = join(folder, 'models', 'onnx', 'simulate.onnx');
  expect(json<{ onnx: unknown }>().onnx).toEqual({
    files: [{ task: 'simulate', path, bytes: expect.any(Number) }],
    skipped: [{ task: 'short', reason: expect.stringContaining('too little history') }],
  });
  const model = await openOnnxModel(path);
  const [answer] = await model.predict([known({ num_nodes: 700, input_size_mb: 50 })]);
  expect(answer?.stages.peak_memory?.point).toBeGreaterThan(100e6);
  await model.close();
});

test('`train --onnx` exports only the task that was trained, and says so in words', async () => {
  const { stdout } = await cli({ cwd: folder }, 'train', '--task', 'simulate', '--onnx', 'one');
  expect(stdout).toContain(`Exported simulate to ${join(folder, 'one', 'simulate.onnx')}`);
  expect(stdout).not.toContain('xported short');
});
