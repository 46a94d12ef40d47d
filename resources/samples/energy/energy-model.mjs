// Monte Carlo adequacy of a power grid.
//
// Demand at neighbouring nodes moves together. The model draws correlated demand for every node of the grid
// (a Cholesky factor of the covariance matrix times independent normal numbers) and counts the hours in which
// the available power does not suffice. Memory grows with the square of the number of nodes, time with its cube,
// and both with the scenario, which with much wind also keeps a year of hours for every node: that is what an
// advisor has to find out.
//
//   node energy-model.mjs --nodes 900 --scenario baseline --year 2030 --out result.json

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const DRAWS = 400;
const HOURS = 8760;

const SCENARIOS = {
  // demand factor · spread of demand · share of wind and sun · line failures that are looked at
  baseline: { demand: 1.0, spread: 0.08, renewables: 0.3, outages: 0 },
  peak_demand: { demand: 1.06, spread: 0.1, renewables: 0.3, outages: 0 },
  high_renewables: { demand: 1.0, spread: 0.08, renewables: 0.66, outages: 0 },
  outage: { demand: 1.0, spread: 0.08, renewables: 0.3, outages: 24 },
};

const { values } = parseArgs({
  options: {
    nodes: { type: 'string' },
    scenario: { type: 'string' },
    year: { type: 'string' },
    out: { type: 'string' },
  },
});
const nodes = Number(values.nodes);
const scenario = SCENARIOS[values.scenario];
if (!Number.isInteger(nodes) || nodes < 2)
  throw new RangeError(`--nodes must be a whole number of 2 or more, not ${values.nodes}`);
if (!scenario)
  throw new RangeError(
    `--scenario must be one of ${Object.keys(SCENARIOS).join(', ')}, not ${values.scenario}`,
  );

const random = generator(nodes * 7919 + Number(values.year));
const grid = placeNodes(nodes);
console.log(`${nodes} nodes, scenario ${values.scenario}, year ${values.year}`);

console.log('factorising the covariance of demand …');
const demand = cholesky(covariance(grid, scenario.spread, 0.25));
// Weather moves together over longer distances, and is only worth matrices of its own where it carries the system.
const weather =
  scenario.renewables > 0.5 ? [weatherField('wind', 0.15, 0.6), weatherField('sun', 0.08, 1.2)] : [];
const sensitivity = scenario.outages > 0 ? outageFactors(grid) : null;

const growth = 1 + 0.012 * (Number(values.year) - 2025);
const year = weather.length > 0 ? windYear(nodes) : null;
const capacity = grid.load.map((load) => load * 1.17 * growth);
let hoursShort = 0;
let energyShort = 0;
for (let draw = 0; draw < DRAWS; draw++) {
  const deviation = correlated(demand, normals(nodes));
  const fields = weather.map(({ factor }) => correlated(factor, normals(nodes)));
  let available = 0;
  let needed = 0;
  for (let i = 0; i < nodes; i++) {
    needed += grid.load[i] * growth * scenario.demand * (1 + deviation[i]);
    let lull = 0;
    for (const field of fields) lull += Math.min(0, field[i]);
    available += capacity[i] * (1 - scenario.renewables * (0.1 - lull));
  }
  if (sensitivity) available -= worstOutage(sensitivity, deviation) * needed;
  if (needed > available) {
    hoursShort += 1;
    energyShort += needed - available;
  }
}

const result = {
  nodes,
  scenario: values.scenario,
  year: Number(values.year),
  loss_of_load_probability: hoursShort / DRAWS,
  energy_not_served: energyShort / DRAWS,
  longest_lull_hours: year ? longestLull(year) : null,
  lull_reach: weather.map(({ matrix }) => mean(matrix) / matrix[0]),
};
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result));

/** Nodes on a unit square with log-normal loads. */
function placeNodes(count) {
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const load = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = random();
    y[i] = random();
    load[i] = Math.exp(0.6 * normal());
  }
  return { x, y, load };
}

/** Keeps the covariance beside its factor: the model reports how far a lull reaches. */
function weatherField(name, spread, range) {
  console.log(`factorising the covariance of ${name} …`);
  const matrix = covariance(grid, spread, range);
  return { matrix, factor: cholesky(matrix) };
}

/** Wind power of every hour of a year at every node, as a fraction of what is installed: a slow random walk each. */
function windYear(count) {
  console.log('simulating a year of wind …');
  const hours = new Float64Array(count * HOURS);
  for (let i = 0; i < count; i++) {
    let state = normal();
    for (let hour = 0; hour < HOURS; hour++) {
      state = 0.97 * state + 0.42 * (random() - 0.5);
      hours[i * HOURS + hour] = 1 / (1 + Math.exp(-2 * state));
    }
  }
  return hours;
}

/** The most hours in a row in which the wind of all nodes together stays below 49.5 %. */
function longestLull(hours) {
  const count = hours.length / HOURS;
  let longest = 0;
  let current = 0;
  for (let hour = 0; hour < HOURS; hour++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += hours[i * HOURS + hour];
    current = sum / count < 0.495 ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

/** Exponential covariance over distance; a little on the diagonal keeps it positive definite. */
function covariance({ x, y }, spread, range) {
  const n = x.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = spread ** 2 * Math.exp(-Math.hypot(x[i] - x[j], y[i] - y[j]) / range);
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    }
    matrix[i * n + i] += 1e-9;
  }
  return matrix;
}

/** Lower factor of a symmetric positive definite matrix, row by row; the matrix itself is kept. */
function cholesky(matrix) {
  const n = Math.sqrt(matrix.length);
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      let sum = matrix[row + j];
      for (let k = 0; k < j; k++) sum -= factor[row + k] * factor[other + k];
      factor[row + j] = i === j ? Math.sqrt(sum) : sum / factor[other + j];
    }
  }
  return factor;
}

function correlated(factor, independent) {
  const n = independent.length;
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += factor[i * n + k] * independent[k];
    values[i] = sum;
  }
  return values;
}

/** How the loss of each large line weighs on every node: one row per line, kept for all draws. */
function outageFactors({ x, y }) {
  const n = x.length;
  const factors = new Float64Array(n * n);
  for (let line = 0; line < n; line++) {
    for (let i = 0; i < n; i++) {
      factors[line * n + i] = 0.04 / (1 + 30 * Math.hypot(x[i] - x[line], y[i] - y[line]));
    }
  }
  return factors;
}

function worstOutage(factors, deviation) {
  const n = deviation.length;
  let worst = 0;
  for (let k = 0; k < scenario.outages; k++) {
    const line = Math.floor(random() * n);
    let loss = 0;
    for (let i = 0; i < n; i++) loss += factors[line * n + i] * (1 + deviation[i]);
    worst = Math.max(worst, loss / n);
  }
  return worst * 12;
}

function mean(values) {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function normals(count) {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = normal();
  return values;
}

/** Standard normal by Box and Muller. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Uniform numbers that are the same on every machine (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
