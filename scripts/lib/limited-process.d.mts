export function runLimited(options: {
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  output: 'inherit' | number;
  limitMs: number;
}): Promise<{ code: number; isLate: boolean; isInterrupted: boolean }>;
