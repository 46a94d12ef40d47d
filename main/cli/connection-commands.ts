import type { Command } from 'commander';
import type { CommandContext, CommonFlags } from './context.ts';
import { commonFlags, wholeNumber } from './flags.ts';

type Act = (flags: CommonFlags, handler: (context: CommandContext) => Promise<number>) => Promise<void>;

/** `connections …`: clusters over SSH, AWS and Google Cloud. */
export function connectionCommands(program: Command, act: Act): void {
  const connections = program
    .command('connections')
    .description('clusters over SSH, AWS and Google Cloud: set them up, test them, remove them')
    .copyInheritedSettings(program)
    .addHelpText(
      'after',
      `
Examples:
  scalable connections add ssh hpc --host login.hpc.edu --user ada
  scalable connections add aws lab --profile lab --region eu-central-1
  scalable connections add gcp climate --project climate-42 --region europe-west4
  scalable connections test lab`,
    );
  const add = (name: string, description: string, examples: readonly string[]): Command =>
    commonFlags(
      connections.command(name).description(description).copyInheritedSettings(connections),
    ).addHelpText('after', `\nExamples:\n${examples.map((example) => `  scalable ${example}`).join('\n')}`);
  const withConnections = () => import('./commands/connections.ts');
  add('list', 'the connections of this user, and what this computer knows of that could be some', [
    'connections list --format json',
  ]).action((flags) => act(flags, async (context) => (await withConnections()).listConnections(context)));

  addFlags(
    add('add <kind> <name>', 'add a cluster (ssh), AWS (aws) or Google Cloud (gcp)', [
      'connections add ssh hpc --host login.hpc.edu --user ada --work-dir /scratch/ada',
      'connections add ssh hpc --host hpc --proxy-jump ada@bastion.edu:2222',
      'connections add aws lab --profile lab --region eu-central-1 --storage s3://lab-runs',
      'connections add aws lab --role-arn arn:aws:iam::123456789012:role/runs --mfa-serial arn:aws:iam::123456789012:mfa/ada',
      'connections add gcp climate --project climate-42 --region europe-west4',
    ]),
  ).action((kind, name, flags) =>
    act(flags, async (context) =>
      (await import('./commands/connections-add.ts')).addConnection(context, { ...flags, kind, name }),
    ),
  );

  add('test <name>', 'try each step for real, and say how to fix what fails', [
    'connections test hpc',
    'connections test hpc --no-test-job --format json',
    'connections test lab',
  ])
    .option('--no-test-job', 'submit nothing')
    .action((name, flags) =>
      act(flags, async (context) => (await withConnections()).testConnection(context, { ...flags, name })),
    );
  add('login <name>', 'sign in to AWS with IAM Identity Center, in the browser', [
    'connections login lab',
  ]).action((name, flags) =>
    act(flags, async (context) =>
      (await import('./commands/connections-login.ts')).loginConnection(context, { name }),
    ),
  );
  add('policy <name>', 'the smallest permissions that runs need, to give to who looks after the account', [
    'connections policy lab > policy.json',
  ]).action((name, flags) =>
    act(flags, async (context) => (await withConnections()).showPolicy(context, { name })),
  );
  add('remove <name>', 'forget a connection, with what the keychain has of it', [
    'connections remove hpc',
  ]).action((name, flags) =>
    act(flags, async (context) => (await withConnections()).removeConnection(context, { name })),
  );
}

/** Which of them fit the kind is checked when it is added. */
function addFlags(command: Command): Command {
  return command
    .option('--host <host>', 'ssh: name, address, or a Host of ~/.ssh/config')
    .option('--port <n>', 'ssh: port (default: as ~/.ssh/config says, else 22)', wholeNumber(1, 65_535))
    .option('--user <name>', 'ssh: user name there')
    .option('--identity-file <file>', 'ssh: private key on this machine')
    .option('--no-agent', 'ssh: do not try the keys of the SSH agent')
    .option('--known-hosts <file>', 'ssh: where keys of machines are known (default: ~/.ssh/known_hosts)')
    .option('--proxy-jump <hosts>', 'ssh: [user@]host[:port], several with commas; none: go directly')
    .option('--work-dir <dir>', 'ssh: folder there that the nodes see as well (default: ~/scalable)')
    .option('--partition <name>', 'ssh: partition for the test job and for new targets')
    .option('--account <name>', 'ssh: account for the test job and for new targets')
    .option('--poll-seconds <n>', 'ssh: how often the site may be asked', wholeNumber(5, 3600))
    .option('--profile <name>', 'aws: profile of ~/.aws/config (default: as the AWS tools choose)')
    .option('--region <region>', 'aws, gcp: region')
    .option('--endpoint-url <url>', 'aws, gcp: another address for every service, such as LocalStack’s')
    .option('--role-arn <arn>', 'aws: role to take on')
    .option('--mfa-serial <arn>', 'aws: MFA device whose code is asked for the role')
    .option('--sso-start-url <url>', 'aws: start page of IAM Identity Center, instead of a profile')
    .option('--sso-region <region>', 'aws: its region (default: --region)')
    .option('--sso-account <id>', 'aws: account to work in')
    .option('--sso-role <name>', 'aws: permission set to work with')
    .option('--cluster <name>', 'aws: ECS cluster')
    .option('--subnets <ids>', 'aws: subnets, with commas', list)
    .option('--security-groups <ids>', 'aws: security groups, with commas', list)
    .option('--execution-role <arn>', 'aws: role that starts tasks')
    .option('--task-role <arn>', 'aws: role that tasks run under')
    .option('--project <id>', 'gcp: project (default: as gcloud has it)')
    .option('--impersonate <account>', 'gcp: service account to act as')
    .option('--service-account <account>', 'gcp: service account that tasks run under')
    .option('--network <name>', 'gcp: network of the tasks')
    .option('--image <image>', 'aws, gcp: image to try to pull')
    .option('--storage <url>', 'aws, gcp: bucket to try to write to: s3://… or gs://…');
}

const list = (text: string): readonly string[] => text.split(',').flatMap((one) => one.trim() || []);
