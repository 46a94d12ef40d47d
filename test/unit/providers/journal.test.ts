import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { journalState } from '../../../main/providers/local/adopt.ts';
import {
  type JournalEntry,
  JournalWriter,
  parseJournal,
  readJournal,
} from '../../../main/providers/local/journal.ts';
import { notStarted } from '../../../main/providers/local/not-started.ts';
import { tempFolder } from '../../fixtures/temp-folder.ts';

const started = (instanceId: string, attempt = 1): JournalEntry => ({
  type: 'started',
  at: 5,
  instanceId,
  attempt,
  pid: 7,
  supervisor: 3,
});
const finished = (instanceId: string, attempt = 1): JournalEntry => ({
  type: 'finished',
  at: 6,
  startedAt: 5,
  instanceId,
  attempt,
  result: notStarted('succeeded', ''),
});

test('what was added is read again, after a line that a crash cut short', () => {
  const path = join(tempFolder('journal'), 'attempts.jsonl');
  const first = new JournalWriter(path);
  first.add(started('a'));
  first.flush();
  appendFileSync(path, '{"type":"finished","at":6,"inst');
  const second = new JournalWriter(path);
  second.add(finished('a'));
  second.flush();
  expect(readJournal(path)).toEqual([started('a'), finished('a')]);
  expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
});

test('an absent journal is an empty one', () => {
  expect(readJournal('/no/such/journal')).toEqual([]);
});

test('an attempt is unfinished until its own end is there', () => {
  const state = journalState([started('a'), started('b'), finished('a'), started('a', 2)]);
  expect(state.finished.map((f) => [f.instanceId, f.attempt])).toEqual([['a', 1]]);
  expect(state.unfinished.map((s) => [s.instanceId, s.attempt])).toEqual([
    ['b', 1],
    ['a', 2],
  ]);
});

test('text that is no journal gives nothing', () => {
  expect(parseJournal('hello\n{"half')).toEqual([]);
});
