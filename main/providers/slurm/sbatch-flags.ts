/** A flag that cannot be handed to sbatch, and why. */
export interface RefusedFlag {
  readonly message: string;
  readonly hint: string;
}

export interface CheckedFlags {
  readonly flags: readonly string[];
  readonly refused: readonly RefusedFlag[];
}

const FINDS = 'The app sets it itself, so that it finds its jobs and their results again: remove it.';
const ANSWERS = 'sbatch would answer something else than the number of a job: remove it.';
const REQUEST =
  'Requests are made per task: write memory and cpus into components, walltime into the target.';

/** Long options that are not the user's to give, and what to do instead. */
const OWNED: Readonly<Record<string, string>> = {
  ...all(
    'array job-name output error input chdir dependency hold wait wrap parsable requeue no-requeue export export-file open-mode signal clusters ntasks nodes kill-on-invalid-dep',
    FINDS,
  ),
  ...all('help usage version test-only', ANSWERS),
  ...all('mem mem-per-cpu cpus-per-task time', REQUEST),
  ...all('uid gid get-user-env', 'Jobs run as the user of the connection: remove it.'),
};

/** The same for short ones: with a value attached, or several in one word. */
const OWNED_SHORT: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'aJoeiDdHWnNM'].map((letter) => [letter, FINDS])),
  ...Object.fromEntries([...'hV'].map((letter) => [letter, ANSWERS])),
  ...Object.fromEntries([...'ct'].map((letter) => [letter, REQUEST])),
};

/** Short options that take a value in the same word; after others a word would go on with further options. */
const SHORT_WITH_VALUE = /^-[ABCFGLSbmpqwx][^\s-]/;
const SHORT_ALONE = /^-[OQksv]$/;
const LONG = /^--([a-z][a-z0-9-]*)(?:=.*)?$/s;

/**
 * Every word must be one option with its value: sbatch would take anything else as the name of a script, and what follows
 * `--wrap` as commands. getopt completes what it can, so a beginning of an owned name is that name.
 */
export function checkFlags(words: readonly string[]): CheckedFlags {
  const refused: RefusedFlag[] = [];
  const flags = words.filter((word) => {
    const problem = problemOf(word);
    if (problem) refused.push(problem);
    return problem === null;
  });
  return { flags, refused };
}

function problemOf(word: string): RefusedFlag | null {
  const long = LONG.exec(word)?.[1];
  const owned =
    long === undefined
      ? OWNED_SHORT[word[1] ?? '']
      : OWNED[Object.keys(OWNED).find((name) => name.startsWith(long)) ?? ''];
  if (/^-[A-Za-z-]/.test(word) && owned !== undefined)
    return { message: `${word} cannot be among sbatch_flags`, hint: owned };
  if (!/[\0\r\n]/.test(word) && (long !== undefined || SHORT_WITH_VALUE.test(word) || SHORT_ALONE.test(word)))
    return null;
  return {
    message: `${JSON.stringify(word)} is not one flag of sbatch with its value`,
    hint: 'Write each as one item, in its long form: --flag or --flag=value.',
  };
}

function all(names: string, hint: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, hint]));
}
