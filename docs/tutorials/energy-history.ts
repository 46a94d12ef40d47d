import { ScalableSession } from '../../main/sdk.ts';

export const ENERGY_MANIFEST = `
version: 1
project: { name: energy-forecast }
targets:
  local: { provider: local, max_workers: 2, processes: true }
components:
  demeter: { cpus: 1, memory: 512M }
tasks:
  run_demeter_scenario: { component: demeter }
`;

export const SCENARIOS = ['baseline', 'peak_demand'] as const;

/** Memory and time that grow with the number of nodes, and more so at peak demand. Sent to workers as its own text. */
export function runDemeterScenario({
  num_nodes,
  scenario_type,
}: {
  num_nodes: number;
  scenario_type: string;
}) {
  const factor = scenario_type === 'peak_demand' ? 2 : 1;
  const grid = new Float64Array(num_nodes * 8000 * factor);
  let sum = 0;
  for (let pass = 0; pass < 5; pass++) for (let i = 0; i < grid.length; i++) sum += grid[i] = i % 7;
  return sum;
}

/** The runs that came before: without history there is nothing to learn from. */
export async function makeHistory(task: string, runs: number): Promise<void> {
  for (let run = 0; run < runs; run++) {
    const session = await ScalableSession.fromYaml('./scalable.yaml', { target: 'local' });
    await session.use(async (client) => {
      const futures = [200, 600, 1000, 1400].flatMap((num_nodes) =>
        SCENARIOS.map((scenario_type) =>
          client.submit(
            runDemeterScenario,
            { num_nodes: num_nodes + 10 * run, scenario_type },
            { tag: 'demeter', name: task },
          ),
        ),
      );
      await client.gather(futures);
    });
  }
}
