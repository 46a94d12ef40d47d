import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeManifest, explainKey } from '../../../renderer/pages/manifest/manifest-completion.ts';
import type { JsonSchema } from '../../../renderer/pages/manifest/schema-walk.ts';

const schema: JsonSchema = {
  type: 'object',
  properties: {
    version: { const: 1 },
    targets: {
      type: 'object',
      additionalProperties: {
        oneOf: [
          {
            type: 'object',
            properties: {
              provider: { const: 'local' },
              processes: { type: 'boolean', default: false, description: 'Own process per task.' },
              overlay: { type: 'string' },
            },
          },
          {
            type: 'object',
            required: ['provider'],
            properties: {
              provider: { const: 'slurm' },
              queue: { type: 'string', description: 'Partition of the site.' },
              walltime: { type: 'string' },
            },
          },
        ],
      },
    },
    components: {
      type: 'object',
      description: 'Shapes of workers.',
      additionalProperties: { $ref: '#/$defs/component' },
    },
    tasks: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        properties: {
          component: { type: 'string' },
          command: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
          expand: { enum: ['product', 'zip'], description: 'How lists combine.' },
          needs: { type: 'array', items: { type: 'string' } },
          features: { type: 'array', items: { type: 'string' } },
          params: { type: 'object', additionalProperties: {} },
          outputs: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    },
    scaling: {
      type: 'object',
      properties: { max_workers: { type: 'object', additionalProperties: { type: 'integer' } } },
    },
    overlays: { type: 'object', additionalProperties: { type: 'object' } },
  },
  $defs: {
    component: {
      type: 'object',
      properties: {
        cpus: { type: 'integer', description: 'Whole cores.' },
        memory: { type: 'string' },
        env: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
  },
};

/** Completes at the `|` of a text. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = completeManifest(text, offset, schema);
  return {
    labels: found?.options.map((option) => option.label) ?? [],
    option: (label: string) => found?.options.find((option) => option.label === label),
    /** The text after choosing an option. */
    choose: (label: string) => {
      const apply = found?.options.find((option) => option.label === label)?.apply;
      return found && apply !== undefined ? text.slice(0, found.from) + apply + text.slice(offset) : null;
    },
  };
}

const FILE = `components:
  model: { cpus: 1 }
  report:
    cpus: 2
overlays:
  large: {}
`;

describe('keys', () => {
  it('offers the sections that are not there yet', () => {
    expect(at('version: 1\n|').labels).toEqual(['targets', 'components', 'tasks', 'scaling', 'overlays']);
  });

  it('offers the keys of a component, block and flow, without those written', () => {
    expect(at('components:\n  model:\n    cpus: 1\n    m|').labels).toEqual(['memory', 'env']);
    expect(at('components:\n  model: { cpus: 1, |').labels).toEqual(['memory', 'env']);
    expect(at('components:\n  model: {\n    cpus: 1,\n    | }').labels).toEqual(['memory', 'env']);
  });

  it('keeps offering the key that is being changed', () => {
    expect(at('components:\n  model:\n    cpus|: 1\n').labels).toContain('cpus');
  });

  it('offers the options of the provider that the target names', () => {
    expect(at('targets:\n  hpc:\n    provider: slurm\n    |').labels).toEqual(['queue', 'walltime']);
    expect(at('targets:\n  here: { provider: local, |').labels).toEqual(['processes', 'overlay']);
  });

  it('offers nothing for the free names of components', () => {
    expect(at('components:\n  |').labels).toEqual([]);
  });

  it('continues a mapping on the next line, and a value beside its key', () => {
    expect(at('components:\n  model:\n    e|').choose('env')).toBe('components:\n  model:\n    env:\n      ');
    expect(at('components:\n  model:\n    c|').choose('cpus')).toBe('components:\n  model:\n    cpus: ');
    expect(at('components:\n  model: { e|').choose('env')).toBe('components:\n  model: { env: ');
  });

  it('says what a key means and expects', () => {
    const { option } = at('components:\n  model:\n    |');
    expect(option('cpus')).toMatchObject({ detail: 'whole number', info: 'Whole cores.' });
  });

  it('knows components where scaling speaks of them', () => {
    expect(at(`${FILE}scaling:\n  max_workers: { |`).labels).toEqual(['model', 'report']);
    expect(at(`${FILE}scaling:\n  max_workers:\n    model: 2\n    |`).labels).toEqual(['report']);
  });

  it('knows which components an overlay can change', () => {
    expect(at(`${FILE}  small:\n    components:\n      |`).labels).toEqual(['model', 'report']);
  });
});

describe('values', () => {
  it('offers the values a schema lists', () => {
    expect(at('tasks:\n  a:\n    expand: |').labels).toEqual(['product', 'zip']);
    expect(at('targets:\n  x:\n    provider: |').labels).toEqual(['local', 'slurm']);
    expect(at('targets:\n  x: { provider: local, processes: |').labels).toEqual(['true', 'false']);
  });

  it('offers all providers while another one stands there', () => {
    expect(at('targets:\n  x:\n    provider: loc|').labels).toEqual(['local', 'slurm']);
  });

  it('offers the components of the file to a task', () => {
    expect(at(`${FILE}tasks:\n  a:\n    component: |`).labels).toEqual(['model', 'report']);
    expect(at(`${FILE}tasks:\n  a:\n    component: "m|`).choose('model')).toContain('component: "model');
  });

  it('offers other tasks as needs, in lists of both styles', () => {
    const tasks = 'tasks:\n  a:\n    component: x\n  b:\n    component: x\n  c:\n';
    expect(at(`${tasks}    needs: [a, |`).labels).toEqual(['a', 'b']);
    expect(at(`${tasks}    needs:\n      - |`).labels).toEqual(['a', 'b']);
    expect(at(`${tasks}    needs:\n    - a\n    - |`).labels).toEqual(['a', 'b']);
  });

  it('offers overlays to a target', () => {
    expect(at(`${FILE}targets:\n  x:\n    provider: local\n    overlay: |`).labels).toEqual(['large']);
  });

  it('offers parameters and measured inputs as features', () => {
    expect(at('tasks:\n  a:\n    params: { nodes: [1], year: [2] }\n    features: [|').labels).toEqual([
      'nodes',
      'year',
      'input_size_mb',
      'input_count',
    ]);
  });

  it('stays silent in comments and after a closed collection', () => {
    expect(at('tasks:\n  a:\n    expand: zip # or |').labels).toEqual([]);
    expect(at('tasks:\n  a:\n    needs: [b] |').labels).toEqual([]);
  });
});

describe('placeholders', () => {
  const tasks = `tasks:
  simulate:
    params: { nodes: [1], scenario: [a] }
    outputs: { result: file }
    command: node model.mjs --nodes {|
  analyze:
    outputs: { table: file }
`;

  it('offers parameters, outputs and what is known everywhere', () => {
    const { labels } = at(tasks);
    expect(labels.slice(0, 4)).toEqual(['nodes', 'scenario', 'outputs.result', 'analyze.outputs.table']);
    expect(labels).toContain('memory_mb');
  });

  it('closes the brace, once', () => {
    expect(at(tasks).choose('nodes')).toContain('--nodes {nodes}\n');
    expect(at(tasks.replace('{|', '{no|}')).choose('nodes')).toContain('--nodes {nodes}\n');
  });

  it('works in lists, quotes and block text', () => {
    expect(at('tasks:\n  a:\n    params: { n: [1] }\n    command: [node, "{|').labels[0]).toBe('n');
    expect(at('tasks:\n  a:\n    params: { n: [1] }\n    command: >\n      node {|').labels[0]).toBe('n');
  });

  it('leaves doubled braces alone', () => {
    expect(at('tasks:\n  a:\n    params: { n: [1] }\n    command: awk {{|').labels).toEqual([]);
  });

  it('does not take a flow mapping for a placeholder', () => {
    expect(at('components:\n  model: {|').labels).toEqual(['cpus', 'memory', 'env']);
  });
});

describe('explanations', () => {
  it('explains the key under the pointer', () => {
    const text = 'components:\n  model: { cpus: 1 }\n';
    expect(explainKey(text, text.indexOf('cpus') + 1, schema)).toMatchObject({
      path: 'components.model.cpus',
      type: 'whole number',
      info: 'Whole cores.',
    });
  });

  it('has nothing to say about values and unknown keys', () => {
    expect(explainKey('version: 1', 9, schema)).toBeNull();
    expect(explainKey('wrong: 1', 2, schema)).toBeNull();
  });
});

it('never throws and never replaces text behind the cursor, whatever is typed', () => {
  const piece = fc.constantFrom(
    'a',
    'tasks',
    ':',
    ' ',
    '\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '|',
    '#',
    '  ',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(), (pieces, where) => {
      const text = pieces.join('');
      const offset = where % (text.length + 1);
      const found = completeManifest(text, offset, schema);
      if (!found) return;
      expect(found.from).toBeLessThanOrEqual(offset);
      expect(found.from).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 2000 },
  );
});
