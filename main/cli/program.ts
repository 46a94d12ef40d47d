import { Command, CommanderError, Option } from 'commander';
import { toErrorData } from '../platform/errors.ts';
import { connectionCommands } from './connection-commands.ts';
import { type CommandContext, type CommonFlags, makeContext } from './context.ts';
import { EXIT, exitCodeFor } from './exit-codes.ts';
import {
  commonFlags,
  featurePair,
  numberFrom,
  planFlags,
  riskOption,
  textPair,
  wholeNumber,
} from './flags.ts';
import type { CliIo } from './io.ts';
import { priceCommands } from './price-commands.ts';
import { appVersion } from './version.ts';

const MODEL_TYPES = ['linear', 'random_forest', 'gradient_boosting', 'auto'];

/** Does what the arguments (without program and script) say. Resolves to the exit code and never rejects. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = build(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what is wrong; asking for help or the version is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw error;
  }
}

type Handler = (context: CommandContext) => Promise<number>;

/** The commands and their flags. What they do is loaded when one is called, so that `--help` is quick. */
function build(io: CliIo, done: (exitCode: number) => void): Command {
  const program = new Command('scalable')
    .description(
      'Describe a campaign once, run it anywhere, and let what past runs measured decide what the next asks for.',
    )
    .version(appVersion(), '--version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .configureHelp({ showGlobalOptions: false })
    .showSuggestionAfterError(true)
    .showHelpAfterError('(scalable COMMAND -h shows the flags and examples)');

  const add = (name: string, description: string, examples: readonly string[]): Command =>
    commonFlags(program.command(name).description(description).copyInheritedSettings(program)).addHelpText(
      'after',
      `\nExamples:\n${examples.map((example) => `  scalable ${example}`).join('\n')}`,
    );
  const act = async (flags: CommonFlags, handler: Handler) => done(await guarded(io, flags, handler));

  add('validate [manifest]', 'check a manifest and report all problems at once', [
    'validate',
    'validate study.yaml --target hpc --format json',
  ])
    .option('--target <name>', 'target to check for')
    .action((manifest, flags) =>
      act(flags, async (context) =>
        (await import('./commands/validate.ts')).validate(context, { ...flags, manifest }),
      ),
    );

  planFlags(
    add('plan [manifest]', 'what a run would ask for; changes nothing', [
      'plan',
      'plan --objective "minimize time" --output plan.json',
    ]),
  )
    .option('--output <file>', 'also write the plan there, as JSON')
    .option('--dry-run', 'accepted for compatibility: a plan never runs anything')
    .action((manifest, flags) =>
      act(flags, async (context) =>
        (await import('./commands/plan.ts')).plan(context, { ...flags, manifest }),
      ),
    );

  planFlags(
    add('run [manifest]', 'plan, run, wait, record; Ctrl-C saves and says how to go on', [
      'run',
      'run --target local --workers model=4',
      'run --resume last',
    ]),
  )
    .option('--adaptive', 'let the scaler change the workers while the run goes on')
    .option('--no-adaptive', 'keep the number of workers, also where the target says adaptive')
    .option('--resume <run>', 'go on with an interrupted run: its id, or last')
    .option('--dry-run', 'only show the plan')
    .option('--detach', 'run in the background and print the run’s id')
    .action((manifest, flags) =>
      act(flags, async (context) => (await import('./commands/run.ts')).run(context, { ...flags, manifest })),
    );

  add('report', 'what happened in a run, by default the latest', [
    'report',
    'report --run-id run-20261120T200007Z-study-03616183 --format json',
  ])
    .addOption(new Option('--last', 'the latest run (the default)').conflicts('runId'))
    .addOption(new Option('--latest', 'the same').conflicts('runId'))
    .option('--run-id <id>', 'another run')
    .option('--output <file>', 'also write the report there')
    .action((flags) =>
      act(flags, async (context) => (await import('./commands/report.ts')).report(context, flags)),
    );

  add('runs', 'list the runs, newest first', ['runs', 'runs --limit 5 --format json'])
    .option('--limit <n>', 'how many', wholeNumber(1), 20)
    .action((flags) =>
      act(flags, async (context) => (await import('./commands/runs.ts')).runs(context, flags)),
    );

  add('advise', 'what a task should ask for next time', [
    'advise --task simulate',
    'advise --task simulate --feature num_nodes=1200 --format json',
    'advise --stdio --risk frugal',
  ])
    .option('--task <name>', 'task to size')
    .addOption(
      new Option(
        '--stdio',
        'serve other programs: JSON lines with start, predict and observe in, {"allocated_mb": [first, then on failure, …]} out',
      ).conflicts(['task', 'target', 'modelType', 'feature', 'runsDir']),
    )
    .addOption(riskOption('what a failed attempt may cost').default('balanced'))
    .option('--target <name>', 'target it will run on')
    .addOption(
      new Option('--model-type <type>', 'train this kind of model now (default: what was trained)').choices(
        MODEL_TYPES,
      ),
    )
    .option(
      '--confidence <share>',
      'how sure the request should be, 0.5 to 0.999 (default: 0.95; with --stdio what costs least)',
      numberFrom(0.5, 0.999),
    )
    .option('--feature <name=value>', 'an input of the task; can be given again', featurePair)
    .option('--runs-dir <dir>', 'learn from run folders there instead of this workspace')
    .action((flags, command: Command) => {
      if (!flags.stdio && flags.task === undefined)
        command.error("error: required option '--task <name>' not specified", { exitCode: EXIT.usage });
      return act(flags, async (context) =>
        flags.stdio
          ? (await import('./commands/advise-stdio.ts')).adviseStdio(context, flags)
          : (await import('./commands/advise.ts')).advise(context, flags),
      );
    });

  add('backtest <trace>', 'replay a trace, sizing each task from those before it only', [
    'backtest trace.txt',
    'backtest trace.csv --seed 1996 --output decisions.json',
  ])
    .addOption(
      new Option('--input-format <format>', 'what the trace is')
        .choices(['auto', 'scalable', 'nextflow', 'sacct', 'csv'])
        .default('auto'),
    )
    .option('--map <column=field>', 'what a CSV column means; can be given again', textPair)
    .option(
      '--seed <n>',
      'per task 30 % are known at the start and the rest comes in random order (default: by time)',
      wholeNumber(0, 2 ** 32 - 1),
    )
    .addOption(riskOption('what a failed attempt may cost').default('balanced'))
    .option('--output <file>', 'also write the result there, as JSON')
    .action((trace, flags) =>
      act(flags, async (context) =>
        (await import('./commands/backtest.ts')).backtest(context, { ...flags, trace }),
      ),
    );

  add('simulate <source>', 'replay a run or a trace under a scaling policy, beside the well-known ones', [
    'simulate last --policy policy.yaml',
    'simulate trace.csv --policy policy.json --format json',
  ])
    .requiredOption(
      '--policy <file>',
      'JSON or YAML, every key optional: rule (predictive, fixed, threshold, dask, parsl, hpa), min_workers, max_workers, startup_seconds, usd_per_hour, objective, budget_usd, deadline_hours, …',
    )
    .addOption(
      new Option('--input-format <format>', 'what the trace is')
        .choices(['auto', 'scalable', 'nextflow', 'sacct', 'wfcommons', 'csv'])
        .default('auto'),
    )
    .action((source, flags) =>
      act(flags, async (context) =>
        (await import('./commands/simulate.ts')).simulate(context, { ...flags, source }),
      ),
    );

  add('train', 'train the advisor on what was measured here, and cross-validate it', [
    'train',
    'train --model-type gradient_boosting --cv-folds 10',
  ])
    .option('--task <name>', 'only this task')
    .addOption(new Option('--model-type <type>', 'kind of model').choices(MODEL_TYPES).default('auto'))
    .option('--cv-folds <n>', 'folds of the cross-validation', wholeNumber(2, 20), 5)
    .option('--output <dir>', 'save the models there (default: .scalable/models)')
    .option('--onnx <dir>', 'also write one ONNX file per task there, for other programs')
    .action((flags) =>
      act(flags, async (context) => (await import('./commands/train.ts')).train(context, flags)),
    );

  add('tune', 'find the settings of a model that predict a task best on held-out runs', [
    'tune --task simulate',
    'tune --task simulate --model-type random_forest --strategy random --trials 20 --format json',
  ])
    .requiredOption('--task <name>', 'task to search for')
    .addOption(
      new Option('--model-type <type>', 'kind of model (auto: gradient boosting)')
        .choices(MODEL_TYPES)
        .default('auto'),
    )
    .option('--cv-folds <n>', 'folds of the cross-validation', wholeNumber(2, 20), 5)
    .option('--trials <n>', 'the most combinations to try', wholeNumber(1, 1000), 30)
    .addOption(
      new Option('--strategy <strategy>', 'how combinations are chosen')
        .choices(['grid', 'random', 'halving'])
        .default('halving'),
    )
    .action((flags) =>
      act(flags, async (context) => (await import('./commands/tune.ts')).tune(context, flags)),
    );

  add('import <paths...>', 'take in history made elsewhere; doing it again changes nothing', [
    'import ../other/.scalable/runs',
    'import trace.txt',
    'import usage.csv --input-format csv --map rss=peak_memory_kb',
  ])
    .addOption(
      new Option('--input-format <format>', 'what the files are')
        .choices(['auto', 'scalable', 'nextflow', 'sacct', 'wfcommons', 'csv'])
        .default('auto'),
    )
    .option('--map <column=field>', 'what a CSV column means; can be given again', textPair)
    .action((paths, flags) =>
      act(flags, async (context) =>
        (await import('./commands/import.ts')).importTelemetry(context, { ...flags, paths }),
      ),
    );

  add('export', 'write runs for other programs', [
    'export --all --output history',
    'export --run-id last --output out --export-format parquet',
  ])
    .addOption(new Option('--run-id <id>', 'one run: its id, or last').conflicts('all'))
    .option('--all', 'every run')
    .requiredOption('--output <dir>', 'folder to write to')
    .addOption(
      new Option('--export-format <format>', 'run folders, or one table')
        .choices(['jsonl', 'csv', 'parquet'])
        .default('jsonl'),
    )
    .action((flags) =>
      act(flags, async (context) => (await import('./commands/export.ts')).exportTelemetry(context, flags)),
    );

  add('logs <run> [instance]', 'what an instance wrote; without one, the instances of a run', [
    'logs last',
    'logs last simulate.3',
  ])
    .option('--attempt <n>', 'an earlier attempt', wholeNumber(1))
    .action((runId, instance, flags) =>
      act(flags, async (context) =>
        (await import('./commands/logs.ts')).logs(context, { ...flags, runId, instance }),
      ),
    );

  add(
    'outputs <run> [instance]',
    'bring what a run at a site has put out to this machine, as much as is not here yet',
    ['outputs last', 'outputs last simulate.3 --to ./results'],
  )
    .option('--to <dir>', 'put them there (default: where a run on this machine puts them)')
    .action((runId, instance, flags) =>
      act(flags, async (context) =>
        (await import('./commands/outputs.ts')).outputs(context, { ...flags, runId, instance }),
      ),
    );

  add('cancel <run>', 'end a run of another process; what finished is kept', ['cancel last']).action(
    (runId, flags) =>
      act(flags, async (context) => (await import('./commands/cancel.ts')).cancel(context, { runId })),
  );

  add('diagnose <run>', 'why a run failed and what to do about it', ['diagnose last']).action(
    (runId, flags) =>
      act(flags, async (context) => (await import('./commands/diagnose.ts')).diagnose(context, { runId })),
  );

  connectionCommands(program, act);
  priceCommands(program, act);

  add('sweep [manifest]', 'find and remove what runs have left in a cloud', [
    'sweep --target aws',
    'sweep --target aws --yes',
    'sweep --target aws --run-id RUN --yes',
  ])
    .option('--target <name>', 'target whose cloud is looked at')
    .option('--yes', 'remove what is found; without it nothing is changed')
    .option('--unknown', 'also what belongs to runs that this project does not know')
    .option('--run-id <run>', 'all that there is of this run, its files included')
    .action((manifest, flags) =>
      act(flags, async (context) =>
        (await import('./commands/sweep.ts')).sweep(context, { ...flags, manifest }),
      ),
    );

  add('serve', 'the app in a browser, on this machine only', [
    'serve --open',
    'serve --port 8765 --idle-timeout 3600',
  ])
    .option('--port <n>', 'port on 127.0.0.1 (default: any free one)', wholeNumber(0, 65_535))
    .option('--open', 'open the browser')
    .option(
      '--idle-timeout <seconds>',
      'end after this long without a page and without a run',
      wholeNumber(1),
    )
    .action((flags) =>
      act(flags, async (context) => (await import('./commands/serve.ts')).serveApp(context, flags)),
    );

  return program;
}

async function guarded(io: CliIo, flags: CommonFlags, handler: Handler): Promise<number> {
  const context = makeContext(io, flags);
  try {
    return await handler(context);
  } catch (error) {
    context.output.problem(toErrorData(error));
    return io.signal.aborted ? EXIT.interrupted : exitCodeFor(error);
  }
}
