export interface TestReport {
  readonly testResults?: readonly {
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly ancestorTitles?: readonly string[];
      readonly title: string;
    }[];
  }[];
}
export function readResults(report: TestReport): {
  passed: number;
  failed: number;
  skips: { title: string; count: number; reason: string }[];
};
