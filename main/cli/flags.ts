import { type Command, InvalidArgumentError, Option } from 'commander';
import { OBJECTIVES, POLICIES } from '../manifest/schema.ts';
import type { ParamValue } from '../manifest/spec.ts';

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `A whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''} is needed.`,
    );
  };
}

export function numberFrom(least: number, most = Number.POSITIVE_INFINITY) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `A number from ${least}${Number.isFinite(most) ? ` to ${most}` : ''} is needed.`,
    );
  };
}

/** `TAG=4`, again and again. */
export function workersPair(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Record<string, number> {
  // Without workers a component's tasks would wait for ever.
  const match = /^(.+)=0*([1-9]\d*)$/.exec(text);
  if (match?.[1] === undefined)
    throw new InvalidArgumentError('Write TAG=NUMBER with 1 or more, for example --workers demeter=4.');
  return { ...before, [match[1]]: Number(match[2]) };
}

/** `NAME=VALUE`; values that look like numbers or truth are those. */
export function featurePair(
  text: string,
  before: Readonly<Record<string, ParamValue>> = {},
): Record<string, ParamValue> {
  const [name, value] = splitPair(text, 'NAME=VALUE, for example --feature num_nodes=400');
  return { ...before, [name]: typedValue(value) };
}

export function textPair(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [name, value] = splitPair(text, 'COLUMN=FIELD, for example --map rss=peak_memory_kb');
  return { ...before, [name]: value };
}

function splitPair(text: string, form: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError(`Write ${form}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function typedValue(text: string): ParamValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Spelled as people write it. */
export function riskOption(description: string): Option {
  return new Option('--risk <risk>', description).choices(['frugal', 'balanced', 'never-fail']);
}

export function commonFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'text for people, json for programs')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--workspace <dir>', 'folder whose .scalable/ keeps the state (default: the manifest’s folder)')
    .option('--quiet', 'no progress and no notes on stderr')
    .option('--no-color', 'no colours');
}

export function planFlags(command: Command): Command {
  return command
    .option(
      '--target <name>',
      'target of the manifest (default: SCALABLE_TARGET, then the one that fits this machine)',
    )
    .addOption(new Option('--objective <objective>', 'what to optimise').choices(OBJECTIVES))
    .addOption(new Option('--policy <policy>', 'how much headroom').choices(POLICIES))
    .option('--budget-usd <usd>', 'what it may cost', numberFrom(0))
    .option('--deadline-hours <hours>', 'when it should be done', numberFrom(0))
    .addOption(
      new Option('--sizing <mode>', 'where requests come from').choices([
        'auto',
        'manifest',
        'quantile',
        'learned',
        'scouts',
      ]),
    )
    .option('--no-scouts', 'size every task at once, also without history: measure no instances first')
    .option(
      '--confidence <share>',
      'how sure a first request should be, 0.5 to 0.999',
      numberFrom(0.5, 0.999),
    )
    .addOption(
      riskOption('what a failed first attempt may cost: frugal asks for what costs least, tries included'),
    )
    .option(
      '--hour <hour>',
      'hour of the day, universal time, that advice is for (default: now)',
      wholeNumber(0, 23),
    )
    .option('--workers <tag=n>', 'number of workers of a component; can be given again', workersPair);
}
