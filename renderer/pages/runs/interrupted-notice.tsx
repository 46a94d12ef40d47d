import { Notice } from '../../components/notice.tsx';
import type { RunSite } from './run-site.ts';

/** Why a run that was interrupted does not move, what its numbers are worth, and what a resume does. */
export function InterruptedNotice({ site }: { site: RunSite | null }) {
  if (site === null)
    return (
      <Notice tone="info" title="This run was interrupted.">
        What finished is kept. Resume does the rest and repeats nothing.
      </Notice>
    );
  const where = site.connection ?? 'the cluster';
  return (
    <Notice
      tone="info"
      title={`The app does not follow this run now; what ${where} has of it goes on there.`}
    >
      Below is what was known last. Resume finds out what has become of it, follows what still runs and hands
      over the rest. Nothing is done twice.
    </Notice>
  );
}
