import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { preparePlan } from '../../session/prepare-plan.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { planJson, planText } from '../plan-json.ts';
import { type PlanFlags, planOptions } from '../plan-options.ts';
import { fromHere, loadSpec, manifestPath, pathsOf, withWorkspace } from '../project.ts';
import { withSites } from '../run-sites.ts';

export interface PlanInput extends PlanFlags {
  readonly manifest: string | undefined;
  readonly output?: string;
}

/** What a run would do; changes nothing. */
export async function plan(context: CommandContext, input: PlanInput): Promise<number> {
  const path = manifestPath(context, input.manifest);
  const spec = await loadSpec(context, path, input.target);
  const paths = pathsOf(context, input.manifest);
  const provider = await withSites(context, (sites) => sites.provider(spec));
  const options = planOptions(spec, input, context.settings);
  const made = existsSync(paths.database)
    ? await withWorkspace(paths.root, 'read', ({ store }) =>
        preparePlan({ workspace: { paths, store }, spec, provider, options }),
      )
    : await preparePlan({ workspace: { paths }, spec, provider, options });
  const json = planJson(made);
  context.output.result(json, () => planText(made));
  if (input.output !== undefined) {
    const file = fromHere(context, input.output);
    await writeFile(file, `${JSON.stringify(json, null, 2)}\n`);
    context.output.note(`Written to ${file}`);
  }
  return EXIT.done;
}
