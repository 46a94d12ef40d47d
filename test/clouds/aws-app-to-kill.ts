/** `node aws-app-to-kill.ts FOLDER ACCESS [RUN]`: starts or resumes a run in a process of its own, so that a test can kill it. */
import { begin } from './aws-rig.ts';

const [folder = '', access = '', resume] = process.argv.slice(2);
const { handle, workspace } = await begin(folder, JSON.parse(access), resume);
console.log(JSON.stringify({ runId: handle.runId }));
const report = await handle.finished;
console.log(JSON.stringify({ status: report.status, tasks: report.tasks }));
await workspace.close();
