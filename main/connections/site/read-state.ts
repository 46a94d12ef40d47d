import type { Site } from '../../providers/site.ts';
import type { SiteState } from '../site-state.ts';
import {
  countJobs,
  parseFairShare,
  parseNextStart,
  parsePartitionStates,
  parseQueues,
  SINFO_STATE,
} from './slurm-text.ts';

const BETWEEN = '--8<--';
/** One command, so that a look costs the site one login-node process at a time. */
const LOOK = [
  `sinfo -h -o '${SINFO_STATE}'`,
  `echo '${BETWEEN}'`,
  'squeue -h -r -u "$(id -un)" -t PD,R -o %T',
  `echo '${BETWEEN}'`,
  'command -v sshare >/dev/null && sshare -n -P -U -o FairShare 2>/dev/null',
  `echo '${BETWEEN}'`,
  // Counted there: other people's jobs may be 100,000.
  `squeue -h -t PD -S -p -o '%P|%u' | awk -F'|' -v me="$(id -un)" '{ n[$1]++; if ($2 == me && !($1 in f)) f[$1] = n[$1] } END { for (p in n) print p "|" n[p] "|" f[p] }'`,
  `echo '${BETWEEN}'`,
  `SLURM_TIME_FORMAT=%s squeue -h -u "$(id -un)" -t PD -o %S | sort -n | uniq`,
  'exit 0',
].join('\n');

export async function readSiteState(site: Site): Promise<Omit<SiteState, 'reach' | 'readAt'>> {
  const { stdout } = await site.exec(['/bin/sh', '-c', LOOK]);
  const [partitions = '', jobs = '', share = '', queues = '', starts = ''] = stdout.split(BETWEEN);
  return {
    partitions: parsePartitionStates(partitions),
    ownJobs: countJobs(jobs),
    fairShare: parseFairShare(share),
    queues: parseQueues(queues),
    nextStart: parseNextStart(starts),
  };
}
