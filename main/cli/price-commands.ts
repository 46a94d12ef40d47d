import type { Command } from 'commander';
import type { CommandContext, CommonFlags } from './context.ts';
import { commonFlags } from './flags.ts';

type Act = (flags: CommonFlags, handler: (context: CommandContext) => Promise<number>) => Promise<void>;

/** `prices …`: what the clouds charge. */
export function priceCommands(program: Command, act: Act): void {
  const prices = program
    .command('prices')
    .description('what AWS and Google Cloud charge: what is known, and from when')
    .copyInheritedSettings(program)
    .addHelpText(
      'after',
      '\nExamples:\n  scalable prices list\n  scalable prices refresh aws --region eu-central-1',
    );
  const add = (name: string, description: string): Command =>
    commonFlags(prices.command(name).description(description).copyInheritedSettings(prices));
  const withPrices = () => import('./commands/prices.ts');
  add('list', 'the regions whose prices are known').action((flags) =>
    act(flags, async (context) => (await withPrices()).listPrices(context)),
  );
  add('refresh <cloud>', 'ask aws or gcp for the prices of a region, and keep them')
    .option('--region <region>', 'such as eu-central-1 or europe-west4 (default: that of the connection)')
    .option(
      '--connection <name>',
      'whose credentials to ask with (default: those that the cloud’s tools find)',
    )
    .option('--to <folder>', 'keep the table there (default: with the app’s settings)')
    .action((cloud, flags) =>
      act(flags, async (context) => (await withPrices()).refresh(context, cloud, flags)),
    );
}
