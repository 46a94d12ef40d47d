/** What a child needs in its environment to be Node when the app is Electron. */
export function ownRuntimeEnv(): Record<string, string> {
  return process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };
}
