/**
 * The few C functions that Node does not offer: spawning without the cost of a ChildProcess object, and what the
 * kernel measured of a process when it is collected. Called through koffi; where that does not load the portable
 * spawner does the work.
 */
export interface Libc {
  readonly sigfillset: (set: Buffer) => number;
  readonly sigemptyset: (set: Buffer) => number;
  readonly attrInit: (attr: Buffer) => number;
  readonly attrSetFlags: (attr: Buffer, flags: number) => number;
  readonly attrSetDefaultSignals: (attr: Buffer, set: Buffer) => number;
  readonly attrSetSignalMask: (attr: Buffer, set: Buffer) => number;
  readonly actionsInit: (actions: Buffer) => number;
  readonly actionsOpen: (actions: Buffer, fd: number, path: string, flags: number, mode: number) => number;
  readonly actionsChangeFolder: (actions: Buffer, path: string) => number;
  readonly actionsDestroy: (actions: Buffer) => number;
  readonly spawn: (
    pid: Int32Array,
    path: string,
    actions: Buffer,
    attr: Buffer,
    argv: readonly (string | null)[],
    envp: readonly (string | null)[],
  ) => number;
  readonly wait4: (pid: number, status: Int32Array, options: number, usage: Buffer) => number;
  readonly kill: (pid: number, signal: number) => number;
  /** Linux only. */
  readonly waitid: ((kind: number, pid: number, info: Buffer, options: number) => number) | null;
  readonly prctl: ((option: number, a: number, b: number, c: number, d: number) => number) | null;
}

/** Throws what koffi or the dynamic linker says when this system has no such functions. */
export async function loadLibc(): Promise<Libc> {
  const { default: koffi } = await import('koffi');
  const library = koffi.load(null);
  const bind = <F>(signature: string): F => library.func(signature) as unknown as F;
  const linux = process.platform === 'linux';
  return {
    sigfillset: bind('int sigfillset(void *set)'),
    sigemptyset: bind('int sigemptyset(void *set)'),
    attrInit: bind('int posix_spawnattr_init(void *attr)'),
    attrSetFlags: bind('int posix_spawnattr_setflags(void *attr, short flags)'),
    attrSetDefaultSignals: bind('int posix_spawnattr_setsigdefault(void *attr, void *set)'),
    attrSetSignalMask: bind('int posix_spawnattr_setsigmask(void *attr, void *set)'),
    actionsInit: bind('int posix_spawn_file_actions_init(void *actions)'),
    actionsOpen: bind(
      'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned int mode)',
    ),
    actionsChangeFolder: bind('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)'),
    actionsDestroy: bind('int posix_spawn_file_actions_destroy(void *actions)'),
    spawn: bind(
      'int posix_spawn(void *pid, const char *path, void *actions, void *attr, const char **argv, const char **envp)',
    ),
    wait4: bind('int wait4(int pid, void *status, int options, void *usage)'),
    kill: bind('int kill(int pid, int signal)'),
    waitid: linux ? bind('int waitid(int kind, unsigned int pid, void *info, int options)') : null,
    prctl: linux ? bind('int prctl(int option, long a, long b, long c, long d)') : null,
  };
}
