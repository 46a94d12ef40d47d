import type { JobRecord, JobStore } from '../../main/providers/batch/job-store.ts';

/** What a workspace keeps of arrays, for as long as a test lasts. */
export class JobMemory implements JobStore {
  readonly #jobs = new Map<string, JobRecord>();

  async intend(job: JobRecord) {
    this.#jobs.set(job.name, job);
  }
  async accepted(name: string, engineId: string) {
    this.#change(name, { engineId });
  }
  async placed(name: string, places: JobRecord['places']) {
    this.#change(name, { places });
  }
  async dropped(name: string) {
    this.#jobs.delete(name);
  }
  async open() {
    return [...this.#jobs.values()];
  }

  #change(name: string, change: Partial<JobRecord>): void {
    const job = this.#jobs.get(name);
    if (job) this.#jobs.set(name, { ...job, ...change });
  }
}
