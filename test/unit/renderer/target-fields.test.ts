import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resourcePath } from '../../../main/platform/resources.ts';
import {
  PROVIDERS,
  type Provider,
  type TargetValues,
  targetBlock,
  targetFields,
} from '../../../renderer/pages/manifest/target-fields.ts';

const SCHEMA = JSON.parse(readFileSync(resourcePath('manifest.schema.json'), 'utf8'));
const all = (provider: Provider) => {
  const { first, rest } = targetFields(SCHEMA, provider);
  return [...first, ...rest];
};
const kinds = (provider: Provider) =>
  Object.fromEntries(all(provider).map(({ id, kind, options }) => [id, options.length > 0 ? options : kind]));
const block = (provider: Provider, values: TargetValues) => targetBlock(provider, all(provider), values);

describe('the fields of a new target', () => {
  it('are those that the schema knows for it', () => {
    expect(kinds('aws')).toMatchObject({
      connection: 'text',
      region: 'text',
      cluster_type: ['fargate', 'ec2'],
      spot: 'flag',
      subnets: 'list',
      security_groups: 'list',
      execution_role_arn: 'text',
      task_role_arn: 'text',
      max_workers: 'number',
      'adaptive.minimum': 'number',
      chunk_target: 'text',
      environment: 'pairs',
    });
    expect(kinds('gcp')).toMatchObject({
      machine_type: 'text',
      private_only: 'flag',
      poll_seconds: 'number',
    });
    expect(kinds('aws').machine_type).toBeUndefined();
  });

  it.each(PROVIDERS)('of %s begin with what most say, and leave out what does nothing', (provider) => {
    const { first, rest } = targetFields(SCHEMA, provider);
    expect(first.length).toBeGreaterThanOrEqual(2);
    const ids = [...first, ...rest].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ['provider', 'worker_cpu', 'scheduler_timeout', 'comm_port', 'adaptive'])
      expect(ids).not.toContain(id);
  });

  it('write only what was said, as the values that the manifest takes', () => {
    expect(block('aws', {})).toEqual({ provider: 'aws' });
    const said = {
      region: ' eu-central-1 ',
      spot: 'yes',
      assign_public_ip: 'no',
      max_workers: '8',
      subnets: ['subnet-0a1b2c3d'],
      security_groups: [],
      environment: 'A=1\n\nB = two=2\nC',
      'adaptive.minimum': '1',
      'adaptive.maximum': '4',
      machine_type: 'of another provider',
    };
    expect(block('aws', said)).toEqual({
      provider: 'aws',
      region: 'eu-central-1',
      spot: true,
      assign_public_ip: false,
      max_workers: 8,
      subnets: ['subnet-0a1b2c3d'],
      environment: { A: '1', B: 'two=2', C: '' },
      adaptive: { minimum: 1, maximum: 4 },
    });
  });
});
