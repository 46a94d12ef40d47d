// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell variables look like that
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  argvShape,
  type CommandWork,
  commandShape,
  type PlaceholderValues,
  renderCommand,
} from '../../../main/manifest/command.ts';
import { parseTemplate } from '../../../main/manifest/placeholders.ts';

const PRINT = `node -e 'process.stdout.write(JSON.stringify(process.argv.slice(1)))' --`;
const hostile = fc
  .oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      '"; rm -rf ~',
      "'; exit 3; '",
      '$(exit 4)',
      '`exit 5`',
      '${HOME}',
      '*',
      '~',
      '-n',
      '',
      ' ',
      '\n',
      'a\\',
      '\\"',
      '{x}',
      '{{',
      '#',
      '!',
      '&&',
      'é\u{1F600}',
    ),
  )
  .filter((text) => !text.includes('\0'));

function run(work: CommandWork): { status: number | null; output: string } {
  const [command = '', ...args] = work.kind === 'argv' ? work.argv : ['sh', '-c', work.script];
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...(work.kind === 'shell' ? work.values : {}) },
  });
  return { status: result.status, output: result.stdout };
}

const printed = (template: string, values: PlaceholderValues): unknown =>
  JSON.parse(run(renderCommand(commandShape(template), values)).output);

describe('templates', () => {
  test('names in braces are placeholders, everything else is text', () => {
    const names = (text: string) =>
      parseTemplate(text)
        .map((part) => (part.kind === 'text' ? part.text : `<${part.name}@${part.offset}>`))
        .join('');
    expect(names('a {b} {c.outputs.d} {e-f}')).toBe('a <b@2> <c.outputs.d@6> <e-f@20>');
    expect(names('{{b}} {} {print $1} {"a": 1} ${HOME} {1..5} {a,b}')).toBe(
      '{b} {} {print $1} {"a": 1} ${HOME} {1..5} {a,b}',
    );
  });
});

describe('splitting', () => {
  const split = (template: string) => {
    const shape = commandShape(template);
    return shape.kind === 'argv' ? renderCommand(shape, () => 'V') : shape.kind;
  };

  test.each([
    ['python run.py --n {n}', ['python', 'run.py', '--n', 'V']],
    [`a 'b c' "d \\" e" f\\ g "" h'i'"j"`, ['a', 'b c', 'd " e', 'f g', '', 'hij']],
    ['  a\t b  ', ['a', 'b']],
    ['run --x={n}.txt "{n} {n}" \'{n}\'', ['run', '--x=V.txt', 'V V', 'V']],
    ['run a~b a#b x=y', ['run', 'a~b', 'a#b', 'x=y']],
  ])('%s needs no shell', (template, argv) => {
    expect(split(template)).toEqual({ kind: 'argv', argv });
  });

  test.each([
    'a | b',
    'a > b',
    'a < b',
    'a && b',
    'a; b',
    'echo $HOME',
    'echo "$HOME"',
    'echo `date`',
    'ls *.nc',
    'ls a?',
    'ls [ab]',
    'cd ~',
    'ls ~/x',
    'a # b',
    'A=1 b',
    'a\nb',
    '(a)',
    'cd folder',
    'exit 3',
    '! a',
  ])('%s is handed to the shell', (template) => {
    expect(split(template)).toBe('shell');
  });

  test.each(["echo 'a", 'echo "a', 'echo `a', ''])('%s is refused', (template) => {
    expect(() => commandShape(template)).toThrow(expect.objectContaining({ code: 'E_BAD_COMMAND' }));
  });
});

describe('values never become code', () => {
  const TEMPLATES: [template: string, expected: (a: string, b: string) => string[]][] = [
    [`${PRINT} {a} --b={b}`, (a, b) => [a, `--b=${b}`]],
    [`true && ${PRINT} {a} --b={b}`, (a, b) => [a, `--b=${b}`]],
    [`true && ${PRINT} "x {a} y" 'x {b} y'`, (a, b) => [`x ${a} y`, `x ${b} y`]],
    [`v={a}; w="{b}"; ${PRINT} "$v" "$w"`, (a, b) => [a, b]],
    [`f() { ${PRINT} "$@"; }; f {a} x{b}`, (a, b) => [a, `x${b}`]],
    [`${PRINT} "$(printf %s. {a})" "$(printf %s. "{b}")"`, (a, b) => [`${a}.`, `${b}.`]],
    [`(${PRINT} {a} "$(echo ")")" {b})`, (a, b) => [a, ')', b]],
    [`# it's {a}\n${PRINT} {a} {b}`, (a, b) => [a, b]],
    [`sh -c '${PRINT.replace(/'/g, `'"'"'`)} {a} "{b}"'`, (a, b) => [a, b]],
    [`exec sh -c "true"; ${PRINT} {a}`, () => []],
  ];

  test.each(TEMPLATES.slice(0, -1))('in %s', (template, expected) => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        expect(printed(template, (name) => (name === 'a' ? a : b))).toEqual(expected(a, b));
      }),
      {
        numRuns: 8,
        examples: [
          ['"; exit 3; "', "'$(exit 4)'"],
          ['`exit 5`\n', '* ~ \\'],
        ],
      },
    );
  });

  test('in a here-document', () => {
    const work = renderCommand(
      commandShape(`cat <<END && echo don{x}\nit's {a}\nEND\necho 'after {b}'`),
      (name) => ({ a: '$(exit 3) "q"', b: "b'", x: 'e' })[name] ?? '',
    );
    expect(run(work).output).toBe(`it's $(exit 3) "q"\ndone\nafter b'\n`);
  });

  test('in a script given to a shell as an argument', () => {
    const work = renderCommand(
      argvShape(['bash', '-e', '-c', 'printf "%s|" {a} "$1"', 'name', '{b}']),
      (name) => (name === 'a' ? '$(exit 3)' : "it's"),
    );
    expect(run(work).output).toBe("$(exit 3)|it's|");
  });

  test.each([
    'echo `{a}`',
    'echo $(( {a} * 2 ))',
    "cat <<'END'\n{a}\nEND",
    'cat <<END\n$(echo {a})\nEND',
    'echo \\{a} | cat',
  ])('%s is refused', (template) => {
    expect(() => commandShape(template)).toThrow(expect.objectContaining({ code: 'E_BAD_COMMAND' }));
  });
});

describe('several values', () => {
  const list = (name: string) => (name === 'l' ? ['a b', "c'd"] : []);

  test('become several arguments', () => {
    expect(printed(`${PRINT} {l} -x={l} {none} end`, list)).toEqual([
      'a b',
      "c'd",
      '-x=a b',
      "-x=c'd",
      'end',
    ]);
    expect(printed(`true; ${PRINT} {l} "{l}" {none} end`, list)).toEqual(['a b', "c'd", "a b c'd", 'end']);
  });
});

test('an item of a list is one argument, whatever it looks like', () => {
  expect(renderCommand(argvShape(['a b', '$HOME', '{x}', '{{y}}', '']), () => '1 2')).toEqual({
    kind: 'argv',
    argv: ['a b', '$HOME', '1 2', '{y}', ''],
  });
});

test('a NUL character in a value is refused', () => {
  expect(() => renderCommand(commandShape('run {a}'), () => 'a\0b')).toThrow(
    expect.objectContaining({ code: 'E_BAD_PARAMS' }),
  );
});

test('any text is split or refused with a code, never anything else', () => {
  const token = fc.constantFrom(
    "'",
    '"',
    '\\',
    '$(',
    '((',
    ')',
    '`',
    '<<',
    'E\n',
    '\n',
    ' ',
    'a',
    '{x}',
    '#',
    '|',
    '${',
    '}',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 20 }), (tokens) => {
      try {
        renderCommand(commandShape(tokens.join('')), () => 'v');
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'E_BAD_COMMAND' });
      }
    }),
    { numRuns: 2000 },
  );
});
