/** Beginner tutorial 9, machine learning for smarter workflows. Run it: `node docs/tutorials/beginner-9.ts` */
import { AdaptiveScaler, LearnedAdvisor, ResourceAdvisor, ScalableSession } from '../../main/sdk.ts';
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

// Step 3: the scaler adds workers before the queue fills, knowing how long the work takes
const scaler = new AdaptiveScaler({
  advisor,
  min_workers: 2,
  max_workers: 20,
  scale_up_threshold: 0.8,
  scale_down_threshold: 0.3,
  cooldown_seconds: 60,
});
const { workersToAdd, reasoning } = scaler.evaluate({
  pending_tasks: Array.from({ length: 2000 }, () => ({ tag: 'demeter', features: { num_nodes: 1200 } })),
  active_workers: { demeter: 2 },
});
console.log('Workers to add:', workersToAdd, reasoning);

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
