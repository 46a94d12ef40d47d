/** Tutorial 9, learned advice on resources and scaling. Run it: `node docs/tutorials/tutorial-9.ts` */
import { AdaptiveScaler, LearnedAdvisor, ResourceAdvisor } from '../../main/sdk.ts';
import { ENERGY_MANIFEST, makeHistory } from './energy-history.ts';
import { workInProject } from './project-folder.ts';

workInProject(ENERGY_MANIFEST);
await makeHistory('run_demeter_scenario', 5);

// Step 1: the baseline
const baseline = await ResourceAdvisor.fromHistory('./.scalable/runs');
const first = baseline.recommend({ task: 'run_demeter_scenario', target: 'local', confidence: 0.95 });
console.log('Recommended workers:', first.workers);
console.log('Resources:', first.resources);
console.log('Confidence:', first.confidence);
console.log('Evidence:', first.evidence);

// Steps 2 and 3: learned advice, by every type of model
for (const modelType of ['linear', 'random_forest', 'gradient_boosting'] as const) {
  const advisor = await LearnedAdvisor.fromHistory('./.scalable/runs', { modelType });
  const small = advisor.recommend({
    task: 'run_demeter_scenario',
    target: 'local',
    features: { num_nodes: 200, scenario_type: 'baseline' },
  });
  const large = advisor.recommend({
    task: 'run_demeter_scenario',
    target: 'local',
    features: { num_nodes: 1400, scenario_type: 'peak_demand' },
  });
  console.log(`${modelType}: ${JSON.stringify(small.resources)} and ${JSON.stringify(large.resources)}`);
  console.log(`Model confidence: ${large.confidence.toFixed(2)}`);
}

// Step 4: a scaler that knows how long pending work takes from its inputs
const advisor = await LearnedAdvisor.fromHistory('./.scalable/runs', { modelType: 'gradient_boosting' });
for (const num_nodes of [200, 1400]) {
  const scaler = new AdaptiveScaler({
    advisor,
    min_workers: { demeter: 2 },
    max_workers: { demeter: 30 },
    scale_up_threshold: 0.7,
    scale_down_threshold: 0.3,
    cooldown_seconds: 90,
  });
  const batch = Array.from({ length: 1000 }, () => ({
    tag: 'demeter',
    features: { num_nodes, scenario_type: 'peak_demand' },
  }));
  const decision = scaler.evaluate({ pending_tasks: batch, active_workers: { demeter: 10 } });
  if (decision.hasChanges) console.log(`ML-informed scaling: ${decision.reasoning}`);
  console.log(`  Confidence: ${decision.confidence.toFixed(2)}`);
  console.log(
    `  Predicted completion with ${num_nodes} nodes: ${decision.predictedCompletionTime?.toFixed(1)}s`,
  );
}
