import type { Site } from '../../providers/site.ts';
import type { SiteState } from '../site-state.ts';
import { countJobs, parseFairShare, parsePartitionStates, SINFO_STATE } from './slurm-text.ts';

const BETWEEN = '--8<--';
/** One command, so that a look costs the site one login-node process at a time. */
const LOOK = [
  `sinfo -h -o '${SINFO_STATE}'`,
  `echo '${BETWEEN}'`,
  'squeue -h -r -u "$(id -un)" -t PD,R -o %T',
  `echo '${BETWEEN}'`,
  'command -v sshare >/dev/null && sshare -n -P -U -o FairShare 2>/dev/null',
  'exit 0',
].join('\n');

export async function readSiteState(
  site: Site,
): Promise<Pick<SiteState, 'partitions' | 'ownJobs' | 'fairShare'>> {
  const { stdout } = await site.exec(['/bin/sh', '-c', LOOK]);
  const [partitions = '', jobs = '', share = ''] = stdout.split(BETWEEN);
  return {
    partitions: parsePartitionStates(partitions),
    ownJobs: countJobs(jobs),
    fairShare: parseFairShare(share),
  };
}
