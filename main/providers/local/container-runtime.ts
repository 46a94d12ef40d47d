import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AppError } from '../../platform/errors.ts';
import type { ContainerRuntime } from './container-command.ts';
import { executablePath } from './executable-path.ts';
import type { ContainerChoice } from './local-options.ts';

const run = promisify(execFile);
const CHECK_TIMEOUT_MS = 10_000;

/** The runtime a target asks for, checked to work. Throws `E_CONTAINER_RUNTIME_MISSING`. */
export async function findContainerRuntime(choice: ContainerChoice): Promise<ContainerRuntime | null> {
  if (choice === 'none') return null;
  const names = choice === 'docker' ? ['docker'] : ['apptainer', 'singularity'];
  const program = names
    .map((name) => executablePath(name, process.env.PATH, process.cwd(), true))
    .find((path) => path !== null);
  const hint = `Install ${choice}, or set containers: none in the target to run without containers.`;
  if (!program) {
    const message = `The target runs tasks in ${choice} containers, and ${choice} was not found on this machine.`;
    throw new AppError({ code: 'E_CONTAINER_RUNTIME_MISSING', message, hint });
  }
  const check = choice === 'docker' ? ['info', '--format', '{{.ServerVersion}}'] : ['--version'];
  try {
    await run(program, check, { timeout: CHECK_TIMEOUT_MS });
  } catch (cause) {
    const message = `${choice} is installed, but it does not work for this user (is its service running?).`;
    const details = { answer: cause instanceof Error ? cause.message.slice(0, 500) : String(cause) };
    throw new AppError({ code: 'E_CONTAINER_RUNTIME_MISSING', message, hint, details }, { cause });
  }
  return { kind: choice, program };
}
