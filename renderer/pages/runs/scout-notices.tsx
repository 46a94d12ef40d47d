import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { LiveState } from '../../../main/session/live-state.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { plural } from '../../lib/format.ts';

type ScoutView = NonNullable<LiveState['scouts']>[number];

/** What the first, measured instances of tasks without history say: why the rest waits, and the way to let it go. */
export function ScoutNotices({ projectId, live }: { projectId: string; live: LiveState }) {
  const api = useApi();
  const release = useMutation(api.runs.releaseScouts.mutationOptions());
  return (
    <>
      {(live.scouts ?? []).map((scouts) =>
        scouts.state === 'measuring' ? (
          <Notice key={scouts.task} tone="info" role="status" title={measuringTitle(scouts)}>
            There is no history to size it by. The rest begins when half of them are back, with what they
            needed.
          </Notice>
        ) : (
          <Findings
            key={scouts.task}
            scouts={scouts}
            onRelease={() => release.mutate({ projectId, runId: live.runId, task: scouts.task })}
          />
        ),
      )}
      {release.error && <ErrorPanel error={release.error} />}
    </>
  );
}

function measuringTitle({ task, scouts, back }: ScoutView): string {
  return `${task} is measured first: ${back} of ${plural(scouts, 'scout')} back.`;
}

function Findings({ scouts, onRelease }: { scouts: ScoutView; onRelease: () => void }) {
  const isHeld = scouts.state === 'held';
  return scouts.findings.map(({ code, message, hint }, at) => (
    <Notice key={code} tone="warning" role="status" title={message}>
      {hint}{' '}
      {isHeld && at === 0 && (
        <Button size="compact-sm" variant="default" onClick={onRelease}>
          Let the rest of {scouts.task} run
        </Button>
      )}
    </Notice>
  ));
}
