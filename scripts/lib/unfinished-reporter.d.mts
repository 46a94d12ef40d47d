interface Part {
  readonly id: string;
}
interface Module extends Part {
  readonly moduleId: string;
}
// biome-ignore lint/style/noDefaultExport: the test runner takes a reporter from there.
export default class UnfinishedReporter {
  constructor(options?: { quietMs?: number; print?: (text: string) => void });
  onTestModuleStart(module: Module): void;
  onTestModuleEnd(module: Part): void;
  onTestCaseReady(test: Part & { readonly fullName: string; readonly module: Module }): void;
  onTestCaseResult(test: Part): void;
  onTestRunEnd(): void;
}
