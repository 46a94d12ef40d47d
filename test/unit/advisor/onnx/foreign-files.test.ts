import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeOnnx } from '../../../../main/advisor/onnx/decode-onnx.ts';
import { encodeOnnx } from '../../../../main/advisor/onnx/encode-onnx.ts';
import { openSession } from '../../../../main/advisor/onnx/load-runtime.ts';
import {
  MOST_BYTES,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxNode,
} from '../../../../main/advisor/onnx/onnx-graph.ts';
import { openOnnxModel } from '../../../../main/advisor/onnx/open-model.ts';
import { checkModel, predictAll } from '../../../../main/advisor/onnx/served-model.ts';
import { AppError } from '../../../../main/platform/errors.ts';
import { energyRows } from '../fixtures.ts';
import { exported, known } from './onnx-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let sound: Uint8Array;
let file: OnnxFile;
beforeAll(() => {
  sound = exported(energyRows(60), 'gradient_boosting').bytes;
  file = decodeOnnx(sound);
});

/** Refused as a value with a hint, or taken; anything else is a crash. */
function refusal(bytes: Uint8Array): AppError | null {
  try {
    checkModel(bytes);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('E_MODEL_FILE');
    expect((error as AppError).hint).toContain('Export it again');
    return error as AppError;
  }
}

const changed = (more: Partial<OnnxFile>) => encodeOnnx({ ...file, ...more });
const changedGraph = (more: Partial<OnnxFile['graph']>) => changed({ graph: { ...file.graph, ...more } });
const changedNodes = (change: (node: OnnxNode) => OnnxNode) =>
  changedGraph({ nodes: file.graph.nodes.map(change) });
/** The first forest with one list changed at one place. */
const changedTrees = (name: string, at: number, value: number) => {
  let done = false;
  return changedNodes((node) => {
    const list = node.attributes.get(name);
    if (done || list?.kind !== 'ints') return node;
    done = true;
    const ints: OnnxAttribute = { kind: 'ints', value: Array.from(list.value).with(at, value) };
    return { ...node, attributes: new Map(node.attributes).set(name, ints) };
  });
};
const description = (more: object) =>
  changed({
    metadata: new Map([
      ['scalable.model', JSON.stringify({ ...JSON.parse(file.metadata.get('scalable.model')!), ...more })],
    ]),
  });

describe('a model file from elsewhere', () => {
  it('is taken when it is whole', () => {
    expect(refusal(sound)).toBeNull();
    expect(refusal(changed({}))).toBeNull();
  });

  it('is refused wherever it is cut off', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sound.length - 1 }), (length) => {
        expect(refusal(sound.subarray(0, length))).not.toBeNull();
      }),
      { numRuns: 150, examples: [[0], [1], [2]] },
    );
  });

  it('with flipped bits is refused, or means the same to ONNX Runtime and to us', async () => {
    const asked = [known({ num_nodes: 300, input_size_mb: 20, scenario_type: 'outage' }), known({})];
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(7)), { minLength: 1, maxLength: 3 }),
        async (flips) => {
          const bytes = Uint8Array.from(sound);
          for (const [at, bit] of flips) bytes[at] = (bytes[at] as number) ^ (1 << bit);
          if (refusal(bytes)) return;
          const { description, run } = checkModel(bytes);
          const ours = await predictAll(description, run, asked);
          const session = await openSession(bytes, description.columns.length).catch(() => null);
          if (!session) return;
          taken++;
          const theirs = await predictAll(description, session.run, asked);
          await session.release();
          for (const [i, { stages }] of ours.entries())
            for (const [stage, { point }] of Object.entries(stages)) {
              const other = theirs[i]!.stages[stage as 'wall_time']!.point;
              if (Number.isFinite(point))
                expect(Math.abs(other - point)).toBeLessThanOrEqual(1e-4 * Math.abs(point));
            }
        },
      ),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it('is refused when it is anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(refusal(bytes)).not.toBeNull();
      }),
    );
    expect(refusal(new TextEncoder().encode('{"format":"scalable-advisor"}'))).not.toBeNull();
  });

  const node = (op: string, more: Partial<OnnxNode> = {}): OnnxNode => ({
    op,
    domain: '',
    inputs: ['inputs'],
    outputs: ['extra'],
    attributes: new Map(),
    ...more,
  });
  const with_ = (extra: OnnxNode) => () => changedGraph({ nodes: [...file.graph.nodes, extra] });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['an operator that is not allowed', with_(node('Loop')), /operator Loop, which is not allowed/],
    ['an operator of a foreign domain', with_(node('Exp', { domain: 'com.evil' })), /com.evil Exp/],
    [
      'a node that reads what is computed later',
      with_(node('Exp', { inputs: ['nowhere'] })),
      /not computed before/,
    ],
    ['a node that replaces another', with_(node('Exp', { outputs: ['inputs'] })), /twice/],
    [
      'an unknown setting',
      with_(node('Exp', { attributes: new Map([['body', { kind: 'int', value: 1 }]]) })),
      /not understood/,
    ],
    ['columns that do not exist', () => changedTrees('nodes_featureids', 0, 1e6), /do not hang together/],
    ['trees that walk in circles', () => changedTrees('nodes_truenodeids', 0, 0), /do not hang together/],
    [
      'trees that leave their lists',
      () => changedTrees('nodes_falsenodeids', 0, 1e9),
      /do not hang together/,
    ],
    ['leaves that do not exist', () => changedTrees('target_nodeids', 0, 1e9), /leaves that do not fit/],
    ['a third answer', () => changedTrees('target_ids', 0, 2), /leaves that do not fit/],
    ['trees out of order', () => changedTrees('nodes_treeids', 0, 1), /not in order/],
    ['another operator version', () => changed({ opsets: new Map([['', 22]]) }), /version 22/],
    ['another format version', () => changed({ irVersion: 10 }), /format version 10/],
    ['no description', () => changed({ metadata: new Map() }), /not exported by Scalable/],
    ['a newer description', () => description({ version: 2 }), /another version of the app \(format 2\)/],
    ['a damaged description', () => changed({ metadata: new Map([['scalable.model', '{']]) }), /damaged/],
    ['other names of inputs', () => description({ columns: ['x'] }), /inputs are not the ones/],
    [
      'fewer stages than answers',
      () => changedGraph({ outputs: ['peak_memory'] }),
      /answers are not the ones/,
    ],
    [
      'an answer that nothing computes',
      () => changedGraph({ outputs: [...file.graph.outputs.slice(1), 'x'] }),
      /./,
    ],
    ['an input of another width', () => changedGraph({ input: { name: 'inputs', columns: 3 } }), /./],
    ['a far too wide input', () => changedGraph({ input: { name: 'inputs', columns: 2 ** 40 } }), /./],
  ])('is refused with %s', (_, make, why) => {
    expect(refusal(make())?.message).toMatch(why);
  });

  it('is refused by its size alone, unread, and where there is none', async () => {
    const path = join(folder, 'huge.onnx');
    writeFileSync(path, '');
    truncateSync(path, MOST_BYTES + 1);
    await expect(openOnnxModel(path)).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: /larger than 256 MiB/,
    });
    await expect(openOnnxModel(join(folder, 'missing.onnx'))).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: /cannot be read/,
    });
    writeFileSync(path, sound.subarray(0, 900));
    await expect(openOnnxModel(path)).rejects.toMatchObject({ code: 'E_MODEL_FILE' });
  });

  it('is refused when it wants inputs that these instances do not have, and named otherwise', async () => {
    const path = join(folder, 'sound.onnx');
    writeFileSync(path, sound);
    await expect(openOnnxModel(path, { features: ['num_nodes', 'scenario_type'] })).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: /input_size_mb/,
    });
    const model = await openOnnxModel(path, {
      features: ['num_nodes', 'scenario_type', 'input_size_mb', 'more'],
    });
    expect(model).toMatchObject({ task: 'simulate', component: 'demeter', modelType: 'gradient_boosting' });
    expect([...model.features].sort()).toEqual(['input_size_mb', 'num_nodes', 'scenario_type']);
    await model.close();
  });
});
