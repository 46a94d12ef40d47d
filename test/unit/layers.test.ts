import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FORBIDDEN = [
  ['main/manifest/load.ts', '../session/session.ts'],
  ['main/telemetry/queries/runs.ts', '../../advisor/advisor.ts'],
  ['main/providers/local/cluster.ts', '../../../renderer/app/api.ts'],
  ['main/session/session.ts', '../api/router.ts'],
  ['main/advisor/train.ts', '../cli/main.ts'],
  ['main/api/runs.ts', '../host/serve.ts'],
  ['main/host/serve.ts', '../app/window.ts'],
  ['main/cli/run.ts', '../app/window.ts'],
  ['main/session/start-run.ts', 'electron'],
  ['main/host/carrier.ts', 'electron'],
  ['renderer/pages/plan/plan-page.tsx', '../../../main/providers/registry.ts'],
  ['renderer/pages/plan/front.tsx', 'node:fs'],
  ['renderer/app/api.ts', 'electron'],
] as const;

const ALLOWED = [
  ['main/session/plan.ts', '../telemetry/store.ts'],
  ['main/api/plans.ts', '../session/run-handle.ts'],
  ['main/app/window.ts', 'electron'],
  ['main/cli/plan.ts', '../session/start-run.ts'],
  ['renderer/app/client.ts', '../../main/api/router.ts'],
  ['renderer/lib/format.ts', '../../main/platform/units.ts'],
] as const;

/** One file per case in a tree of its own, linted once with the project's rules. */
let folder = '';
let flagged: ReadonlySet<string> = new Set();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-'));
  cpSync('biome.json', join(folder, 'biome.json'));
  for (const [path, imported] of [...FORBIDDEN, ...ALLOWED]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `import { x } from '${imported}';\nexport const y = x;\n`);
  }
  const { stdout } = spawnSync(
    join(process.cwd(), 'node_modules/.bin/biome'),
    [
      'lint',
      '--only=style/noRestrictedImports',
      '--vcs-enabled=false',
      '--reporter=github',
      '--max-diagnostics=none',
      '.',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  const files = [...stdout.matchAll(/noRestrictedImports,file=([^,]+)/g)].map(([, file]) => file ?? '');
  flagged = new Set(files.map((file) => relative(realpathSync(folder), file)));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('imports go down only', () => {
  it.each(FORBIDDEN)('%s must not import %s', (path) => {
    expect(flagged).toContain(path);
  });

  it.each(ALLOWED)('%s may import %s', (path) => {
    expect(flagged).not.toContain(path);
  });
});
