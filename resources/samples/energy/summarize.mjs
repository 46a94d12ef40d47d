// Puts the results of all simulations into one table.
//
//   node summarize.mjs --out table.csv result-1.json result-2.json …

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });

const results = positionals
  .map((file) => JSON.parse(readFileSync(file, 'utf8')))
  .sort((a, b) => a.scenario.localeCompare(b.scenario) || a.nodes - b.nodes || a.year - b.year);

const header = 'scenario,nodes,year,loss_of_load_probability,energy_not_served';
const lines = results.map((r) =>
  [r.scenario, r.nodes, r.year, r.loss_of_load_probability, r.energy_not_served].join(','),
);
if (values.out) writeFileSync(values.out, `${[header, ...lines].join('\n')}\n`);

for (const scenario of new Set(results.map((r) => r.scenario))) {
  const of = results.filter((r) => r.scenario === scenario);
  const mean = of.reduce((sum, r) => sum + r.loss_of_load_probability, 0) / of.length;
  console.log(`${scenario.padEnd(16)} demand not met in ${(100 * mean).toFixed(1)} % of the draws`);
}
