import { describe, expect, test } from 'vitest';
import { ignoreRules } from '../../../../main/session/staging/ignore-rules.ts';

const rules = [
  '# what the tasks do not need',
  '',
  '*.log',
  '/raw/',
  'docs/*.pdf',
  'cache/',
  '!keep.log',
].join('\n');
const ignores = ignoreRules(rules, ['/outputs/']);

describe('what of a project stays at home', () => {
  test.each([
    ['.git', true],
    ['deep/down/__pycache__', true],
    ['run.log', false],
    ['deep/down/run.log', false],
    ['raw', true],
    ['docs/guide.pdf', false],
    ['deep/cache', true],
    ['outputs', true],
  ])('%s (folder: %s) does', (path, isFolder) => expect(ignores(path, isFolder)).toBe(true));

  test.each([
    ['keep.log', false],
    ['deep/raw', true],
    ['raw', false],
    ['cache', false],
    ['docs/deep/guide.pdf', false],
    ['src/.gitignore', false],
    ['deep/outputs', true],
  ])('%s (folder: %s) does not', (path, isFolder) => expect(ignores(path, isFolder)).toBe(false));
});
