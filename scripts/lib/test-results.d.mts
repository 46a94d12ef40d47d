export interface TestReport {
  readonly testResults?: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly ancestorTitles?: readonly string[];
      readonly title: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}
export interface FileResults {
  file: string;
  passed: number;
  failures: { title: string; message: string }[];
  skips: { title: string; count: number; reason: string }[];
}
export function readResults(report: TestReport): FileResults[];
