import { AppError } from '../platform/errors.ts';

/** What scripts may rely on. */
export const EXIT = {
  done: 0,
  /** A task failed for good, or validation found errors. */
  failed: 1,
  usage: 2,
  /** A target cannot be reached or used: SSH, credentials, quota. */
  unreachable: 3,
  /** Refused for safety: the workspace is in use, a host key changed. */
  refused: 4,
  /** State is saved and the run can be resumed. */
  interrupted: 130,
} as const;

const UNREACHABLE = /^E_(?:SSH_|SITE_|CLOUD|CONNECTION(?!_EXISTS)|CREDENTIALS|QUOTA|PROVIDER_UNAVAILABLE)/;
const REFUSED = new Set([
  'E_WORKSPACE_IN_USE',
  'E_SSH_HOST_KEY_CHANGED',
  'E_TELEMETRY_NEWER',
  'E_LOG_OUTSIDE',
]);

export function exitCodeFor(thrown: unknown): number {
  if (!(thrown instanceof AppError)) return EXIT.failed;
  if (thrown.code === 'E_USAGE') return EXIT.usage;
  if (thrown.code === 'E_CANCELLED') return EXIT.interrupted;
  if (REFUSED.has(thrown.code)) return EXIT.refused;
  return UNREACHABLE.test(thrown.code) ? EXIT.unreachable : EXIT.failed;
}

/** Wrong use of a command, found after the flags were read. */
export function usageError(message: string, hint: string): AppError {
  return new AppError({ code: 'E_USAGE', message, hint });
}
