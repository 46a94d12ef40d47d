import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { needModernNode, root } from './lib/modern-node.mjs';

/** `npm run bench -- spawn memory`: runs test/bench/NAME.bench.ts one after the other; without names all of them. */
await needModernNode();
const folder = join(root, 'test', 'bench');
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark called ${unknown.join(', ')}. There are: ${known.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : known) {
  console.log(`\n${name}`);
  const code = await new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, `${name}.bench.ts`)], {
      stdio: 'inherit',
      cwd: root,
    });
    child.once('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0) process.exitCode = 1;
}
