#!/usr/bin/env node
// The `scalable` command. In a checkout it builds what is missing or old first; an installed copy is built already.
import { existsSync } from 'node:fs';

const checkout = new URL('../scripts/build.mjs', import.meta.url);

if (existsSync(checkout)) {
  const { needModernNode } = await import('../scripts/lib/modern-node.mjs');
  await needModernNode();
  const { ensureBuilt } = await import(checkout.href);
  // Only `serve` shows pages.
  const parts = process.argv.includes('serve') ? ['main', 'renderer'] : ['main'];
  try {
    await ensureBuilt({ parts });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

await import('../out/main/cli/main.js');
