import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ScalingView } from '../../../main/api/scaling-views.ts';
import type { LiveState } from '../../../main/session/live-state.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { duration, percent } from '../../lib/format.ts';
import { modeOf, modeSentence, type ScalingMode } from './scaling-mode.ts';

const MODES: readonly { readonly value: ScalingMode; readonly label: string }[] = [
  { value: 'automatic', label: 'Automatic' },
  { value: 'paused', label: 'Paused' },
  { value: 'manual', label: 'Manual' },
];

interface ModePanelProps {
  readonly projectId: string;
  readonly live: LiveState;
  readonly scaling: ScalingView;
}

/** Who decides about the workers, and what was decided last. */
export function ModePanel({ projectId, live, scaling }: ModePanelProps) {
  const { runId, pools } = live;
  const tags = pools.map(({ tag }) => tag);
  const mode = modeOf(scaling, tags);
  const api = useApi();
  const change = useMutation(api.scaling.change.mutationOptions());
  const release = useMutation(api.scaling.release.mutationOptions());
  const hold = useMutation(api.runs.scale.mutationOptions());
  const choose = useMutation({
    networkMode: 'always',
    mutationFn: async (to: ScalingMode) => {
      const run = { projectId, runId };
      if (to === 'paused')
        await hold.mutateAsync({
          ...run,
          workers: Object.fromEntries(pools.map(({ tag, wanted }) => [tag, wanted])),
        });
      if (to === 'automatic' && tags.every((tag) => scaling.byHand[tag] !== undefined))
        await release.mutateAsync({ ...run, tags });
      await change.mutateAsync({ ...run, adaptive: to !== 'manual' });
    },
  });
  return (
    <Panel
      title="Who decides"
      note={modeSentence(mode, scaling)}
      actions={
        <SegmentedControl
          aria-label="Who decides"
          data={[...MODES]}
          value={choose.isPending ? choose.variables : mode}
          disabled={choose.isPending}
          onChange={(value) => choose.mutate(MODES.find((each) => each.value === value)?.value ?? 'manual')}
        />
      }
    >
      <Stack gap="xs">
        {mode !== 'manual' && <Latest scaling={scaling} />}
        {choose.error && <ErrorPanel error={choose.error} />}
      </Stack>
    </Panel>
  );
}

function Latest({ scaling: { latest } }: { scaling: ScalingView }) {
  if (!latest)
    return (
      <Text size="sm" c="dimmed">
        Nothing has been decided yet.
      </Text>
    );
  const { at, reasoning, confidence, predictedCompletion } = latest;
  return (
    <div role="status" aria-label="Latest decision">
      <Text size="sm">{reasoning}</Text>
      <Text size="sm" c="dimmed">
        {predictedCompletion && (
          <>
            Done in about {duration(predictedCompletion.point)} (four of five times{' '}
            {duration(predictedCompletion.low)} to {duration(predictedCompletion.high)}
            {confidence !== null && <>; {percent(confidence)} sure within 15&nbsp;%</>}), as of{' '}
          </>
        )}
        {!predictedCompletion && 'As of '}
        <TimeText at={at} show="clock" />.
      </Text>
    </div>
  );
}
