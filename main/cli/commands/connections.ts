import { CHECK_TITLES, type CheckResult } from '../../connections/check.ts';
import { runChecks } from '../../connections/checks/run-checks.ts';
import { sshProfileSchema } from '../../connections/profile.ts';
import { secretKey } from '../../connections/ssh/asker.ts';
import { addressOf, routeOf, siteOf } from '../../connections/ssh/route.ts';
import { readSshConfig } from '../../connections/ssh/ssh-config.ts';
import { systemClock } from '../../platform/clock.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, usageError } from '../exit-codes.ts';
import { cliSites } from '../sites.ts';
import { table } from '../table.ts';

export async function listConnections(context: CommandContext): Promise<number> {
  const { profiles } = cliSites(context);
  const config = await readSshConfig();
  const rows = await Promise.all(
    (await profiles.listOf('ssh')).map(async (profile) => {
      const limits = await profiles.limits(profile.name);
      return {
        kind: profile.kind,
        name: profile.name,
        address: addressOf(siteOf(routeOf(profile, config))),
        host: profile.host,
        work_dir: profile.workDir,
        partition: profile.partition,
        account: profile.account,
        tested_at: limits ? new Date(limits.readAt).toISOString() : null,
      };
    }),
  );
  const taken = new Set(rows.map(({ host }) => host));
  const offered = config.aliases.filter((alias) => !taken.has(alias));
  context.output.result({ connections: rows, ssh_config_hosts: offered }, () => {
    const list =
      rows.length === 0
        ? 'There is no connection yet.'
        : table(
            [
              { title: 'NAME', value: (row: (typeof rows)[number]) => row.name },
              { title: 'ADDRESS', value: (row) => row.address },
              { title: 'WORK FOLDER', value: (row) => row.work_dir ?? '~/scalable' },
              { title: 'TESTED', value: (row) => row.tested_at ?? 'never' },
            ],
            rows,
          );
    const more = offered
      .slice(0, 10)
      .map((host) => `  scalable connections add ssh ${host} --host ${host}`)
      .join('\n');
    return more ? `${list}\n\n~/.ssh/config has more hosts:\n${more}` : list;
  });
  return EXIT.done;
}

export interface AddFlags {
  readonly kind: string;
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly agent?: boolean;
  readonly knownHosts?: string;
  readonly proxyJump?: string;
  readonly workDir?: string;
  readonly partition?: string;
  readonly account?: string;
  readonly pollSeconds?: number;
}

export async function addConnection(context: CommandContext, flags: AddFlags): Promise<number> {
  if (flags.kind !== 'ssh')
    throw usageError(
      `There is no kind of connection called ${flags.kind}.`,
      'Write: connections add ssh NAME --host HOST',
    );
  if (flags.host === undefined)
    throw usageError(
      'It needs the machine to reach.',
      'Give --host with its name, address, or Host of ~/.ssh/config.',
    );
  const parsed = sshProfileSchema.safeParse({
    kind: 'ssh',
    name: flags.name,
    host: flags.host,
    port: flags.port ?? null,
    user: flags.user ?? null,
    identityFile: flags.identityFile ?? null,
    agent: flags.agent ?? true,
    knownHostsFile: flags.knownHosts ?? null,
    proxyJump: flags.proxyJump ?? null,
    workDir: flags.workDir ?? null,
    partition: flags.partition ?? null,
    account: flags.account ?? null,
    pollSeconds: flags.pollSeconds ?? null,
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw usageError(
      `${issue?.path.join('.') ?? 'It'}: ${issue?.message ?? 'is not right'}.`,
      'scalable connections add -h',
    );
  }
  // A jump host that cannot be read is told now.
  routeOf(parsed.data, await readSshConfig());
  const profile = await cliSites(context).profiles.add(parsed.data);
  context.output.result(
    { added: profile },
    () => `Added ${profile.name}. Try it: scalable connections test ${profile.name}`,
  );
  return EXIT.done;
}

export async function testConnection(
  context: CommandContext,
  flags: { readonly name: string; readonly testJob?: boolean },
): Promise<number> {
  const { profiles, sites } = cliSites(context);
  const checks: CheckResult[] = [];
  let ok = false;
  try {
    const events = runChecks({
      name: flags.name,
      testJob: flags.testJob ?? true,
      profiles,
      sites,
      clock: systemClock,
      signal: context.io.signal,
    });
    for await (const event of events) {
      if (event.kind === 'result') {
        checks.push(event.result);
        context.output.note(lineOf(event.result));
      } else if (event.kind === 'progress') context.output.note(`  ${event.detail}`);
      else if (event.kind === 'done') ({ ok } = event);
    }
  } finally {
    sites.close();
  }
  const json = checks.map(({ name, ok: passed, required, detail, hint, code }) => ({
    name,
    ok: passed,
    required,
    detail,
    hint,
    code,
  }));
  context.output.result({ ok, checks: json }, () =>
    ok
      ? `${flags.name} can be used.`
      : `${flags.name} cannot be used yet.\n${checks
          .filter((check) => !check.ok)
          .map(lineOf)
          .join('\n')}`,
  );
  if (context.io.signal.aborted) return EXIT.interrupted;
  if (ok) return EXIT.done;
  return checks.some(({ code }) => code === 'E_SSH_HOST_KEY_CHANGED') ? EXIT.refused : EXIT.unreachable;
}

const lineOf = ({ name, ok, required, detail, hint }: CheckResult): string =>
  `${ok ? 'ok  ' : required ? 'FAIL' : 'no  '} ${CHECK_TITLES[name]}: ${detail}${hint ? `\n     ${hint}` : ''}`;

export async function removeConnection(
  context: CommandContext,
  { name }: { readonly name: string },
): Promise<number> {
  const { profiles, secrets } = cliSites(context);
  const profile = await profiles.getOf('ssh', name);
  for (const hop of routeOf(profile, await readSshConfig())) {
    await secrets.delete(secretKey(name, 'password', addressOf(hop)));
    for (const key of hop.identityFiles) await secrets.delete(secretKey(name, 'passphrase', key));
  }
  await profiles.remove(name);
  context.output.result({ removed: name }, () => `Removed ${name}.`);
  return EXIT.done;
}
