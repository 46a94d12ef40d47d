import { z } from 'zod';
import { sourceSchema } from './schema.ts';

/** The manifest's shape as JSON schema (draft 2020-12), for editors. Generated from what validation uses. */
export function manifestJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(sourceSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'scalable.yaml, version 1',
  };
}
