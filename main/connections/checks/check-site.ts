import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { describeMemory } from '../../platform/units.ts';
import type { Site } from '../../providers/site.ts';
import type { SiteLimits } from '../../providers/slurm/site-limits.ts';
import { CHECKS_OF, type CheckEvent, type CheckName } from '../check.ts';
import type { Sites } from '../open-site.ts';
import type { ProfileFile } from '../profile-file.ts';
import type { Prompts } from '../prompts.ts';
import {
  accountingTrouble,
  readAccounts,
  readContainerRuntime,
  readPartitions,
  readSlurm,
  type SlurmFacts,
} from '../site/read-limits.ts';
import { freeBytes, tryWriting, workFolder } from '../site/work-folder.ts';
import type { LinkStep } from '../ssh/open-link.ts';
import { type Guide, guided, Stop } from './guide.ts';
import { runTestJob } from './test-job.ts';

export interface ChecksOptions {
  readonly name: string;
  readonly testJob: boolean;
  readonly profiles: ProfileFile;
  readonly sites: Sites;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Where questions go; default: where those of the sites go. */
  readonly prompts?: Prompts;
  /** For the test job; default 600. */
  readonly patienceSeconds?: number;
  readonly lookEverySeconds?: number;
}

const LITTLE_SPACE = 1024 ** 3;

/** The guide. What it reads of the site is remembered as its limits. @throws AppError E_CONNECTION_NOT_FOUND */
export async function* checkSite(options: ChecksOptions): AsyncGenerator<CheckEvent> {
  await options.profiles.getOf('ssh', options.name);
  const wanted = CHECKS_OF.ssh.filter((name) => options.testJob || name !== 'test_job');
  yield* guided(options, wanted, (guide) => new SiteChecks(options, guide).walk());
}

class SiteChecks {
  readonly #options: ChecksOptions;
  readonly #guide: Guide;

  constructor(options: ChecksOptions, guide: Guide) {
    this.#options = options;
    this.#guide = guide;
  }

  async walk(): Promise<void> {
    const { name, profiles, sites, clock } = this.#options;
    await this.#connect();
    const site = await sites.site(name);
    const profile = await profiles.getOf('ssh', name);
    const facts = await this.#guide.needed('slurm', async () => {
      const found = await readSlurm(site);
      return [
        found,
        `Slurm ${found.slurmVersion ?? ''} of the cluster ${found.clusterName ?? 'without a name'}.`,
      ];
    });
    const { partitions, accounts } = await this.#guide.needed('partitions', () => this.#choices(site, facts));
    const accounting = await this.#guide.optional('accounting', async () => {
      const trouble = await accountingTrouble(site);
      if (trouble === null) return [true, 'sacct answers.'];
      throw new AppError({
        code: 'E_SITE_NO_ACCOUNTING',
        message: `sacct does not answer: ${trouble}`,
        hint: 'Runs work without it: memory is then measured in the job itself.',
      });
    });
    const folder = await this.#guide.needed('work_dir', () => this.#tryFolder(site));
    const containerRuntime = await this.#guide.optional('containers', async () => {
      const found = await readContainerRuntime(site);
      if (found) return [found, `${found} runs images.`];
      throw new AppError({
        code: 'E_SITE_NO_CONTAINERS',
        message: 'Neither apptainer nor singularity was found on the login node.',
        hint: 'Components without an image need none; for others ask the site, or load its module in ~/.bash_profile.',
      });
    });
    const limits: SiteLimits = {
      ...facts,
      readAt: clock.now(),
      accounting: accounting === true,
      partitions,
      accounts,
      containerRuntime,
    };
    await profiles.saveLimits(name, limits);
    if (this.#options.testJob)
      await this.#guide.needed('test_job', async () => {
        const sentence = await runTestJob(site, {
          profile,
          folder,
          name: `scalable-test-${newId()}`,
          signal: this.#options.signal,
          patienceSeconds: this.#options.patienceSeconds ?? 600,
          lookEverySeconds: this.#options.lookEverySeconds ?? 5,
          onProgress: (detail) => this.#guide.progress('test_job', detail),
        });
        return [null, sentence];
      });
  }

  /** Three steps of one act: each is told when the connection has got so far. */
  async #connect(): Promise<void> {
    const { name, sites, signal, prompts } = this.#options;
    const steps: readonly [CheckName, LinkStep][] = [
      ['reach', 'reached'],
      ['host_key', 'host_key'],
      ['login', 'logged_in'],
    ];
    let at = 0;
    const start = () => {
      const step = steps[at];
      if (step) this.#guide.started(step[0]);
    };
    start();
    try {
      await sites.connect(name, {
        signal,
        ...(prompts && { prompts }),
        onStep: (reached, detail) => {
          const step = steps[at];
          if (step?.[1] !== reached) return;
          this.#guide.passed(step[0], detail);
          at++;
          start();
        },
      });
      for (let step = steps[at]; step; step = steps[++at]) {
        if (at > 0) start();
        this.#guide.passed(step[0], 'It is connected already.');
      }
    } catch (error) {
      const step = steps[at];
      if (step) this.#guide.failed(step[0], error, true);
      throw new Stop();
    }
  }

  async #choices(site: Site, facts: SlurmFacts) {
    const partitions = await readPartitions(site);
    const accounts = await readAccounts(site, facts.user);
    const profile = await this.#options.profiles.getOf('ssh', this.#options.name);
    if (partitions.length === 0)
      throw new AppError({
        code: 'E_SITE_NO_PARTITIONS',
        message: 'The site shows you no partition.',
        hint: 'Ask the site whether your account may submit jobs.',
      });
    const names = partitions.map((partition) => partition.name);
    if (profile.partition !== null && !names.includes(profile.partition))
      throw new AppError({
        code: 'E_SITE_UNKNOWN_PARTITION',
        message: `There is no partition ${profile.partition}.`,
        hint: `There are: ${names.join(', ')}.`,
      });
    const accountNames = [...new Set(accounts.map(({ account }) => account))];
    if (profile.account !== null && accountNames.length > 0 && !accountNames.includes(profile.account))
      throw new AppError({
        code: 'E_SITE_UNKNOWN_ACCOUNT',
        message: `You have no account ${profile.account}.`,
        hint: `You have: ${accountNames.join(', ')}.`,
      });
    const told =
      accountNames.length > 0 ? `Accounts: ${accountNames.join(', ')}.` : 'The site names no accounts.';
    return [{ partitions, accounts }, `Partitions: ${names.join(', ')}. ${told}`] as const;
  }

  async #tryFolder(site: Site) {
    const folder = await workFolder(site, await this.#options.profiles.getOf('ssh', this.#options.name));
    await tryWriting(site, folder, `scalable-test-${newId()}`);
    const free = await freeBytes(site, folder);
    if (free !== null && free < LITTLE_SPACE)
      throw new AppError({
        code: 'E_SITE_WORK_DIR',
        message: `${folder} has only ${describeMemory(free)} left.`,
        hint: 'Free some space, or choose another folder.',
      });
    return [
      folder,
      `${folder} can be written to${free === null ? '' : `; ${describeMemory(free)} are free`}.`,
    ] as const;
  }
}
