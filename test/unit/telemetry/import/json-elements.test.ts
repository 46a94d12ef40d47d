import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonElements } from '../../../../main/telemetry/import/json-elements.ts';

/** Cuts `text`, fed in pieces of `size`, and parses what comes out. */
function cut(text: string, size: number) {
  const cutter = new JsonElements({ elements: ['workflow.tasks'], values: ['name', 'workflow.at'] });
  const found: [string, unknown][] = [];
  for (let i = 0; i < text.length; i += size)
    for (const item of cutter.feed(text.slice(i, i + size))) found.push([item.path, JSON.parse(item.text)]);
  return { found, complete: cutter.complete };
}

it('gives each wanted value and element whole, however the document is cut into pieces and written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }),
      fc.string(),
      fc.jsonValue(),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(0, 2),
      (tasks, name, other, size, indent) => {
        const text = JSON.stringify(
          { other, name, workflow: { other, tasks, at: 12.5, tasks2: tasks } },
          null,
          indent,
        );
        expect(cut(text, size)).toEqual({
          found: JSON.parse(
            JSON.stringify([
              ['name', name],
              ...tasks.map((task) => ['workflow.tasks', task]),
              ['workflow.at', 12.5],
            ]),
          ),
          complete: true,
        });
      },
    ),
  );
});

it('gives what stands before the end of a document that is cut off, and says so', () => {
  const text = '{"name":"a","workflow":{"tasks":[{"id":1},{"id":2},{"i';
  expect(cut(text, 7)).toEqual({
    found: [
      ['name', 'a'],
      ['workflow.tasks', { id: 1 }],
      ['workflow.tasks', { id: 2 }],
    ],
    complete: false,
  });
});

it('does not follow a document that is nested without end', () => {
  expect(cut('['.repeat(100_000), 1000)).toEqual({ found: [], complete: false });
});
