import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MIB } from '../../../main/platform/units.ts';
import { measuredIoClass } from '../../../main/telemetry/io-class.ts';
import { history } from '../../../main/telemetry/queries/history.ts';
import { findInstance } from '../../../main/telemetry/queries/instances.ts';
import { openWorkspace } from '../../../main/telemetry/workspace.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';
import { added, attemptFinished, attemptStarted, instance, memory, RUN, started } from './events-of-a-run.ts';

describe('the I/O class', () => {
  it.each([
    [0, 0, 1, 'low'],
    [MIB - 1, null, 1, 'low'],
    [MIB / 2, MIB / 2, 1, 'medium'],
    [null, 49 * MIB, 1, 'medium'],
    [100 * MIB, 0, 2, 'high'],
    [null, null, 1, null],
    [MIB, MIB, null, null],
    [MIB, MIB, 0, null],
    [MIB, MIB, -1, null],
    [Number.NaN, 0, 1, null],
  ] as const)(
    'of %s bytes read and %s written in %s s is %s',
    (readBytes, writtenBytes, wallSeconds, name) => {
      expect(measuredIoClass({ readBytes, writtenBytes, wallSeconds })).toBe(name);
    },
  );

  it('is kept with the attempt, and what was predicted of it with the instance', () => {
    const { writer, context, db } = memory();
    const predicted = { ...instance(0).predicted, ioClass: 'high' } as const;
    writer.write([
      started(),
      added(instance(0, { predicted }), instance(1)),
      attemptStarted('simulate.0', { from: 0, to: 1000 }),
      attemptFinished('simulate.0', { from: 0, to: 1000 }),
    ]);
    expect(findInstance(context, RUN, 'simulate.0')).toMatchObject({
      predicted: { ioClass: 'high' },
      attemptRows: [{ ioClass: 'low' }],
    });
    expect(findInstance(context, RUN, 'simulate.1')?.predicted.ioClass).toBeUndefined();
    expect(history(db, {})).toMatchObject([{ ioClass: 'low' }]);
  });

  it('is told of every attempt that version 6 of the app recorded', async () => {
    const file = join(import.meta.dirname, '../../fixtures/telemetry/recorded-by-version-6.db.gz');
    const folder = tempFolder('telemetry');
    mkdirSync(join(folder, '.scalable'));
    writeFileSync(join(folder, '.scalable/telemetry.db'), gunzipSync(readFileSync(file)));
    for (const access of ['read', 'write'] as const) {
      const workspace = await openWorkspace(folder, { access });
      onTestFinished(() => workspace.close());
      const rows = await workspace.store.history();
      expect(Object.fromEntries(rows.map(({ instanceId, ioClass }) => [instanceId, ioClass]))).toEqual({
        'write.0': 'high',
        'write.1': 'high',
        'some.0': 'medium',
        'wait.0': 'low',
        'wait.1': 'low',
      });
      expect(await workspace.store.runs()).toMatchObject([{ status: 'succeeded', tasks: { total: 5 } }]);
    }
  });
});
