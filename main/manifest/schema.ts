import { z } from 'zod';
import { mapping, named, number, text, wholeNumber } from './schema-pieces.ts';
import { targetSchema } from './schema-targets.ts';

/**
 * The one description of a manifest's shape: validation, the types below, the editor's completion and
 * `resources/manifest.schema.json` all come from here. What two values mean together is checked in `check-*.ts`.
 */
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const projectSchema = mapping({
  name: text
    .refine((name) => name.trim() !== '', 'must not be blank')
    .describe('Name of the project; part of every run id'),
  default_storage: text.nullish().describe('Where outputs go: a path, s3:// or gs://'),
  local_cache: text.nullish().describe('Accepted for compatibility, not used'),
}).describe('What this is');

export const componentSchema = mapping({
  image: text.nullish().describe('Container image'),
  runtime: text.nullish().meta({
    description: 'Container runtime; singularity is taken for apptainer',
    examples: ['apptainer', 'singularity', 'docker'],
  }),
  preload_script: text.nullish().describe('Script that is sourced before a command'),
  cpus: wholeNumber(1).optional().describe('Whole cores that one task gets; default 1'),
  memory: text.nullish().meta({
    description: 'Memory that one task gets: 512M, 8G (binary, as on Slurm)',
    examples: ['2G', '8G', '32G'],
  }),
  mounts: z
    .record(z.string(), text, 'must be a mapping')
    .nullish()
    .describe('Folder here → folder in the container; both absolute'),
  env: z
    .record(z.string(), scalar, 'must be a mapping')
    .nullish()
    .describe('Environment variables; values become text'),
  tags: z.array(text, 'must be a list of texts').nullish().describe('Labels'),
}).describe('A resource shape with an environment; also the worker tag');

const range = mapping({
  range: z
    .array(z.number('must be a number'), 'must be [first, last] or [first, last, step]')
    .min(2, 'must be [first, last] or [first, last, step]')
    .max(3, 'must be [first, last] or [first, last, step]')
    .describe('First, last (included) and step'),
});
const file = mapping({
  file: text.describe('CSV, or text with a value per line, relative to the project'),
  column: text.nullish().describe('Column of the CSV file'),
});
const PARAM = 'must be a value, a list of values, { range: [first, last, step] } or { file: …, column: … }';
const paramItem = z.union([scalar, range, file], { error: PARAM });
const param = z.union([scalar, range, file, z.array(paramItem)], { error: PARAM });

export const taskSchema = mapping({
  component: text.describe('Component that this task runs on'),
  command: z
    .union([z.string(), z.array(scalar)], { error: 'must be text, or a list of arguments' })
    .optional()
    .describe('What to run, with {placeholders}: text, or a list of arguments (no shell)'),
  python: text.optional().meta({
    description: 'Python function, called with the parameters as keyword arguments',
    examples: ['energy.model:simulate'],
  }),
  function: text.optional().meta({
    description: 'JavaScript function, called with the parameters as one object',
    examples: ['./tasks.js#simulate'],
  }),
  params: named(param).nullish().describe('Parameters: every combination is one task instance'),
  expand: z
    .enum(['product', 'zip'], 'must be product or zip')
    .optional()
    .describe('Every combination (product), or first with first, second with second (zip)'),
  inputs: z
    .array(text, 'must be a list of file patterns')
    .nullish()
    .describe('Input files as patterns with {placeholders}; their size becomes the feature input_size_mb'),
  features: z
    .array(text, 'must be a list of names')
    .nullish()
    .describe('What the advisor may learn from; default: every parameter and the input size'),
  outputs: z.record(z.string(), scalar, 'must be a mapping').nullish().describe('Name → file, dir or a path'),
  needs: z
    .union([text, z.array(text)], { error: 'must be a task name or a list of them' })
    .nullish()
    .describe('Tasks that must succeed first; name[param] needs only the instances with the same value'),
  cache: z
    .boolean('must be true or false')
    .optional()
    .describe('Reuse the result of an earlier instance with the same work and inputs'),
  retries: wholeNumber(0).optional().describe('How often a failed instance is tried again; default 2'),
  scouts: z
    .union([z.enum(['auto', 'off']), z.boolean(), z.int().min(0)], {
      error: 'must be auto, off or a whole number',
    })
    .optional()
    .describe('Instances that run early to measure: auto, off or a number'),
  walltime: z
    .union([z.string(), z.number()], { error: 'must be a time such as "04:00:00"' })
    .nullish()
    .describe('Time limit of one instance, in quotes; default: the target’s'),
  env: z
    .record(z.string(), scalar, 'must be a mapping')
    .nullish()
    .describe('Environment variables beyond the component’s'),
}).describe('A kind of work');

const perComponent = (value: z.ZodType<number>) =>
  z
    .union([value, named(value)], {
      error: 'must be a whole number, or a mapping of components to whole numbers',
    })
    .nullish();
const share = z
  .number('must be a number from 0 to 1')
  .min(0, 'must be a number from 0 to 1')
  .max(1, 'must be a number from 0 to 1');

export const scalingSchema = mapping({
  min_workers: perComponent(wholeNumber(0)).describe('Fewest workers, per component'),
  max_workers: perComponent(wholeNumber(1)).describe('Most workers, per component'),
  scale_up_threshold: share.optional().describe('Add workers above this busy share; default 0.8'),
  scale_down_threshold: share.optional().describe('Remove workers below this busy share; default 0.3'),
  cooldown_seconds: number(0).optional().describe('Rest between two changes; default 60'),
}).describe('Defaults of the adaptive scaler');

export const OBJECTIVES = ['minimize cost', 'minimize time', 'balance'] as const;
export const POLICIES = ['safe', 'aggressive', 'manual'] as const;

export const objectivesSchema = mapping({
  objective: z
    .enum(OBJECTIVES, 'must be minimize cost, minimize time or balance')
    .optional()
    .describe('What to optimise; default balance'),
  policy: z
    .enum(POLICIES, 'must be safe, aggressive or manual')
    .optional()
    .describe('How much headroom; default safe'),
  budget_usd: number(0).nullish().describe('What a run may cost, in USD'),
  deadline_hours: z
    .number('must be a number above 0')
    .positive('must be a number above 0')
    .nullish()
    .describe('When a run should be done, in hours'),
}).describe('What a plan aims for');

export const manifestSchema = mapping({
  version: z.literal(1, 'must be the number 1').describe('Version of the format: 1'),
  project: projectSchema,
  targets: named(targetSchema).nullish().describe('Where to run'),
  components: named(componentSchema.nullable()).nullish().describe('Resource shapes'),
  tasks: named(taskSchema).nullish().describe('Kinds of work'),
  scaling: scalingSchema.nullish(),
  objectives: objectivesSchema.nullish(),
}).describe('scalable.yaml');

/** With the part that is gone after it was merged; only the editor sees it. */
export const sourceSchema = manifestSchema.extend({
  overlays: named(z.record(z.string(), z.unknown()).nullable())
    .nullish()
    .describe('Partial manifests that targets can merge in'),
});

export type ManifestProject = z.infer<typeof projectSchema>;
export type ManifestTask = z.infer<typeof taskSchema>;
export type ManifestScaling = z.infer<typeof scalingSchema>;
export type ManifestObjectives = z.infer<typeof objectivesSchema>;
export type ManifestComponent = z.infer<typeof componentSchema>;
