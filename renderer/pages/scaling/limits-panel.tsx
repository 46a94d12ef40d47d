import { Button, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ScalingView } from '../../../main/api/scaling-views.ts';
import type { LiveState } from '../../../main/session/live-state.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { OBJECTIVES, oneOf } from '../../lib/choices.ts';
import { count } from '../../lib/format.ts';
import { draftOf, type LimitsDraft, problemOf, sameDraft, settingsOf } from './limits-draft.ts';
import classes from './scaling.module.css';
import { TagTable } from './tag-table.tsx';

interface LimitsPanelProps {
  readonly projectId: string;
  readonly live: LiveState;
  readonly scaling: ScalingView;
}

/** Workers now and the rules they follow. Steps take effect at once, typed limits when they are applied. */
export function LimitsPanel({ projectId, live, scaling }: LimitsPanelProps) {
  const api = useApi();
  const [typed, setTyped] = useState<LimitsDraft | null>(null);
  const change = useMutation(api.scaling.change.mutationOptions());
  const held = draftOf(
    scaling.settings,
    live.pools.map(({ tag }) => tag),
  );
  const draft = typed ?? held;
  const changed = !sameDraft(draft, held);
  // Once the run holds to what was typed, it is its own limits that are shown again.
  useEffect(() => {
    if (typed && !changed) setTyped(null);
  }, [typed, changed]);
  const problem = problemOf(draft);
  const apply = () => {
    const settings = settingsOf(draft);
    if (settings) change.mutate({ projectId, runId: live.runId, settings });
  };
  const rule = (
    key: 'scaleUpPercent' | 'scaleDownPercent' | 'cooldownSeconds' | 'budgetUsd' | 'deadlineHours',
    label: string,
    max: number,
    look: { readonly prefix?: string; readonly suffix?: string; readonly placeholder?: string },
  ) => (
    <NumberInput
      label={label}
      {...look}
      w={184}
      min={0}
      max={max}
      allowNegative={false}
      value={draft[key] ?? ''}
      onChange={(value) => setTyped({ ...draft, [key]: typeof value === 'number' ? value : null })}
    />
  );
  return (
    <Panel
      title="Workers and limits"
      note={`One more or one fewer holds a tag at that number until you release it. What runs is never interrupted by fewer workers.${totalText(scaling.settings)}`}
    >
      <Stack gap="sm">
        <TagTable projectId={projectId} live={live} scaling={scaling} draft={draft} onDraft={setTyped} />
        <form
          className={classes.rules}
          aria-label="Rules"
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <Select
            label="Aim"
            w={184}
            data={[...OBJECTIVES]}
            allowDeselect={false}
            value={draft.objective}
            onChange={(value) =>
              setTyped({
                ...draft,
                objective: oneOf(
                  OBJECTIVES.map((one) => one.value),
                  value,
                ),
              })
            }
          />
          {rule('budgetUsd', 'Budget of the run', 1e9, { prefix: '$', placeholder: 'none' })}
          {rule('deadlineHours', 'Done within', 8784, {
            suffix: ' h of its start',
            placeholder: 'no deadline',
          })}
          {rule('scaleUpPercent', 'Add when busy over', 100, { suffix: ' %' })}
          {rule('scaleDownPercent', 'Remove when busy under', 100, { suffix: ' %' })}
          {rule('cooldownSeconds', 'Cooldown', 86_400, { suffix: ' s' })}
          <Button type="submit" disabled={!changed || problem !== null} loading={change.isPending}>
            Apply
          </Button>
          {changed && (
            <Button variant="default" onClick={() => setTyped(null)}>
              Undo
            </Button>
          )}
        </form>
        {changed && problem !== null && (
          <Text size="sm" role="alert">
            {problem}
          </Text>
        )}
        {change.error && <ErrorPanel error={change.error} />}
      </Stack>
    </Panel>
  );
}

/** The target's own limit holds whatever is typed for a tag. */
function totalText({ maxTotal }: ScalingView['settings']): string {
  return maxTotal === null ? '' : ` All tags together have at most ${count(maxTotal)}, as the target allows.`;
}
