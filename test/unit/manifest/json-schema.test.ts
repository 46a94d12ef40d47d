import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { manifestJsonSchema } from '../../../main/manifest/json-schema.ts';

test('resources/manifest.schema.json is what the code generates', async () => {
  const path = new URL('../../../resources/manifest.schema.json', import.meta.url);
  expect(
    JSON.parse(await readFile(path, 'utf8')),
    'write JSON.stringify(manifestJsonSchema(), null, 2) to resources/manifest.schema.json',
  ).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
});

test('every key of a task is described, for the editor to show', () => {
  const described = (schema: unknown): string[] => {
    if (typeof schema !== 'object' || schema === null) return [];
    if (Array.isArray(schema)) return schema.flatMap(described);
    const record = schema as Record<string, unknown>;
    const properties =
      typeof record.properties === 'object' && record.properties !== null ? record.properties : {};
    const missing = Object.entries(properties).filter(
      ([key, value]) => key !== 'provider' && !JSON.stringify(value).includes('"description"'),
    );
    return [...missing.map(([key]) => key), ...Object.values(record).flatMap(described)];
  };
  expect(described(manifestJsonSchema())).toEqual([]);
});
