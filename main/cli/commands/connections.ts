import { readSharedProfiles } from '../../connections/aws/shared-config.ts';
import { CHECK_TITLES, type CheckResult } from '../../connections/check.ts';
import { runChecks } from '../../connections/checks/run-checks.ts';
import { cloudAddress } from '../../connections/cloud-address.ts';
import { readGcloudConfigurations } from '../../connections/gcp/gcloud-config.ts';
import { policyText } from '../../connections/policy-text.ts';
import type { ConnectionProfile } from '../../connections/profile.ts';
import type { ProfileFile } from '../../connections/profile-file.ts';
import { secretKey } from '../../connections/ssh/asker.ts';
import { addressOf, routeOf, siteOf } from '../../connections/ssh/route.ts';
import { readSshConfig } from '../../connections/ssh/ssh-config.ts';
import { systemClock } from '../../platform/clock.ts';
import { slug } from '../../platform/ids.ts';
import { plainText } from '../../platform/plain-text.ts';
import { shellQuote } from '../../providers/slurm/shell-quote.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, usageError } from '../exit-codes.ts';
import { cliSites } from '../sites.ts';
import { table } from '../table.ts';

export async function listConnections(context: CommandContext): Promise<number> {
  const { profiles } = cliSites(context);
  const config = await readSshConfig();
  const list = await profiles.list();
  const rows = await Promise.all(list.map((profile) => rowOf(profile, config, profiles)));
  const taken = new Set(list.map((profile) => (profile.kind === 'ssh' ? profile.host : '')));
  const offered = config.aliases.filter((alias) => !taken.has(alias));
  const found = await cloudOffers(list, context.io.env);
  context.output.result({ connections: rows, ssh_config_hosts: offered, ...found }, () => {
    const text =
      rows.length === 0
        ? 'There is no connection yet.'
        : table(
            [
              { title: 'NAME', value: (row: (typeof rows)[number]) => row.name },
              { title: 'KIND', value: (row) => row.kind },
              { title: 'ADDRESS', value: (row) => row.address },
              { title: 'TESTED', value: (row) => row.tested_at ?? 'never' },
            ],
            rows,
          );
    const more = [
      ...offered.map((host) => `ssh ${host} --host ${host}`),
      ...found.aws_profiles.map((name) => `aws ${slug(name)} --profile ${shellQuote(name)}`),
      ...found.gcloud_projects.map((id) => `gcp ${slug(id)} --project ${shellQuote(id)}`),
    ];
    if (more.length === 0) return text;
    const lines = more.slice(0, 12).map((what) => `  scalable connections add ${plainText(what)}`);
    return `${text}\n\nThis computer knows of more:\n${lines.join('\n')}`;
  });
  return EXIT.done;
}

/** What the clouds' own tools know that no connection names yet. */
async function cloudOffers(list: readonly ConnectionProfile[], env: CommandContext['io']['env']) {
  const profiles = new Set(list.map((profile) => (profile.kind === 'aws' ? profile.profile : null)));
  const projects = new Set(list.map((profile) => (profile.kind === 'gcp' ? profile.project : null)));
  const configured = (await readGcloudConfigurations(env)).flatMap(({ project }) => project ?? []);
  return {
    aws_profiles: (await readSharedProfiles()).map(({ name }) => name).filter((name) => !profiles.has(name)),
    gcloud_projects: [...new Set(configured)].filter((id) => !projects.has(id)),
  };
}

async function rowOf(
  profile: ConnectionProfile,
  config: Awaited<ReturnType<typeof readSshConfig>>,
  profiles: ProfileFile,
) {
  const { kind, name } = profile;
  const tested = (await profiles.lastTest(name))?.at ?? (await profiles.limits(name))?.readAt;
  const testedAt = tested === undefined ? null : new Date(tested).toISOString();
  if (kind === 'aws' || kind === 'gcp')
    return { kind, name, address: cloudAddress(profile), region: profile.region, tested_at: testedAt };
  const { host, workDir, partition, account } = profile;
  const address = addressOf(siteOf(routeOf(profile, config)));
  return { kind, name, address, host, work_dir: workDir, partition, account, tested_at: testedAt };
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
  const json = checks.map(({ name, ok: passed, required, detail, hint, code, items }) => ({
    name,
    ok: passed,
    required,
    detail,
    hint,
    code,
    ...(items && { items }),
  }));
  const policy = policyText(await profiles.get(flags.name));
  context.output.result({ ok, checks: json, ...(policy !== null && { policy: policyJson(policy) }) }, () =>
    [
      ok
        ? `${flags.name} can be used.`
        : `${flags.name} cannot be used yet.\n${checks
            .filter((check) => !check.ok)
            .map(lineOf)
            .join('\n')}`,
      ...(policy === null ? [] : [`\nThe smallest permissions that suffice:\n${policy}`]),
    ].join('\n'),
  );
  if (context.io.signal.aborted) return EXIT.interrupted;
  if (ok) return EXIT.done;
  return checks.some(({ code }) => code === 'E_SSH_HOST_KEY_CHANGED') ? EXIT.refused : EXIT.unreachable;
}

/** An IAM policy is JSON itself; commands stay text. */
const policyJson = (policy: string): unknown => (policy.startsWith('{') ? JSON.parse(policy) : policy);

export async function showPolicy(
  context: CommandContext,
  { name }: { readonly name: string },
): Promise<number> {
  const policy = policyText(await cliSites(context).profiles.get(name));
  if (policy === null)
    throw usageError(
      `${name} is a cluster: what may be done there, its accounts decide.`,
      'scalable connections test',
    );
  context.output.result({ policy: policyJson(policy) }, () => policy);
  return EXIT.done;
}

const lineOf = ({ name, ok, required, detail, hint }: CheckResult): string =>
  `${ok ? 'ok  ' : required ? 'FAIL' : 'no  '} ${CHECK_TITLES[name]}: ${detail}${hint ? `\n     ${hint}` : ''}`;

export async function removeConnection(
  context: CommandContext,
  { name }: { readonly name: string },
): Promise<number> {
  const { profiles, secrets } = cliSites(context);
  const profile = await profiles.get(name);
  for (const hop of profile.kind === 'ssh' ? routeOf(profile, await readSshConfig()) : []) {
    await secrets.delete(secretKey(name, 'password', addressOf(hop)));
    for (const key of hop.identityFiles) await secrets.delete(secretKey(name, 'passphrase', key));
  }
  await profiles.remove(name);
  context.output.result({ removed: name }, () => `Removed ${name}.`);
  return EXIT.done;
}
