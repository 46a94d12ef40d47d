import { relative } from 'node:path';

const QUIET_MS = 180_000;

/**
 * Says which tests are still running when none has ended for three minutes: a test that keeps its thread busy cannot be
 * ended by its own time limit, and would otherwise leave no word of where the suite stands.
 */
// biome-ignore lint/style/noDefaultExport: the test runner takes a reporter from there.
export default class UnfinishedReporter {
  constructor({ quietMs = QUIET_MS, print = console.log } = {}) {
    this.quietMs = quietMs;
    this.print = print;
    this.running = new Map();
  }

  onTestModuleStart(module) {
    this.begin(module.id, relative(process.cwd(), module.moduleId));
  }

  onTestModuleEnd(module) {
    this.end(module.id);
  }

  onTestCaseReady(test) {
    this.begin(test.id, `${relative(process.cwd(), test.module.moduleId)} › ${test.fullName}`);
  }

  onTestCaseResult(test) {
    this.end(test.id);
  }

  onTestRunEnd() {
    clearTimeout(this.timer);
  }

  begin(id, name) {
    this.running.set(id, name);
    this.rest();
  }

  end(id) {
    this.running.delete(id);
    this.rest();
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const minutes = Math.round(this.quietMs / 60_000);
      this.print([`Nothing ended for ${minutes} min. Still running:`, ...this.running.values()].join('\n  '));
      this.rest();
    }, this.quietMs);
    this.timer.unref();
  }
}
