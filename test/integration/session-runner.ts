/** `node session-runner.ts FOLDER start|resume`: a run in a process of its own, so that a test can kill it. */
import { loadManifest } from '../../main/manifest/load.ts';
import { systemClock } from '../../main/platform/clock.ts';
import { silentLogger } from '../../main/platform/logger.ts';
import { providerFor } from '../../main/providers/registry.ts';
import { preparePlan } from '../../main/session/prepare-plan.ts';
import { resumeRun, startRun } from '../../main/session/start-run.ts';
import { openWorkspace } from '../../main/telemetry/workspace.ts';

const [folder = '', mode = 'start'] = process.argv.slice(2);
const workspace = await openWorkspace(folder, { access: 'write' });
const common = { workspace, clock: systemClock, logger: silentLogger };
const handle = mode === 'start' ? await start() : await resume();
console.log(JSON.stringify({ runId: handle.runId }));
const report = await handle.finished;
console.log(JSON.stringify({ status: report.status, tasks: report.tasks }));
await workspace.close();

async function start() {
  const { spec, report: found } = await loadManifest({ path: `${folder}/scalable.yaml`, env: {} });
  if (!spec) throw new Error(JSON.stringify(found.errors));
  const plan = await preparePlan({ workspace, spec, options: {} });
  return startRun({ ...common, spec, plan, provider: providerFor('local') });
}

async function resume() {
  const [last] = await workspace.store.runs({ limit: 1 });
  if (!last) throw new Error('There is no run to resume');
  return resumeRun({ ...common, runId: last.runId });
}
