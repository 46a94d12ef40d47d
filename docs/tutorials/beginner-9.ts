/** Beginner tutorial 9, machine learning for smarter workflows. Run it: `node docs/tutorials/beginner-9.ts` */
import { LearnedAdvisor, ResourceAdvisor, ScalableSession } from '../../main/sdk.ts';
import { ENERGY_MANIFEST, makeHistory, runDemeterScenario } from './energy-history.ts';
import { workInProject } from './project-folder.ts';

workInProject(ENERGY_MANIFEST);
await makeHistory('run_demeter_scenario', 5);

// Step 1: the baseline, quantiles of what was measured
const baseline = await ResourceAdvisor.fromHistory('./.scalable/runs');
const simple = baseline.recommend({ task: 'run_demeter_scenario' });
console.log({ ...simple.resources.demeter, basis: simple.basis });

// Step 2: a model that looks at the inputs
const advisor = await LearnedAdvisor.fromHistory('./.scalable/runs', { modelType: 'gradient_boosting' });
const recommendation = advisor.recommend({
  task: 'run_demeter_scenario',
  inputFeatures: { num_nodes: 1200, scenario_type: 'peak_demand' },
});
console.log({ ...recommendation.resources.demeter, confidence: recommendation.confidence });

// Step 4: putting it together; a plan is sized by the same history
const session = await ScalableSession.fromYaml('./scalable.yaml', { target: 'local' });
const client = await session.start();
const futures = client.map(
  runDemeterScenario,
  Array.from({ length: 10 }, (_, i) => ({ num_nodes: 100 + i, scenario_type: 'baseline' })),
  { tag: 'demeter', name: 'run_demeter_scenario' },
);
const results = await client.gather(futures);
console.log(`${results.length} results`);
await session.close();
