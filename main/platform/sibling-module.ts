/**
 * URL of a module beside the caller, for worker threads and child processes. From the sources it ends in `.ts`
 * (Node strips the types), in the build in `.js`; the caller's own address tells which.
 *
 * @param callerUrl the caller's `import.meta.url`
 * @param path relative path without extension, for example `./store-worker`
 */
export function siblingModule(callerUrl: string, path: string): URL {
  return new URL(`${path}${callerUrl.endsWith('.ts') ? '.ts' : '.js'}`, callerUrl);
}
