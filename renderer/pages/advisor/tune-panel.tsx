import { NumberInput, Select, Stack, Text } from '@mantine/core';
import { IconAdjustments } from '@tabler/icons-react';
import { useState } from 'react';
import type { Strategy } from '../../../main/advisor/tuning/search.ts';
import type { AdvisorStatus, SearchedModel } from '../../../main/api/advisor-views.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { modelLabel } from './report-sentences.ts';
import { TaskJobPanel, useTaskJobChoice } from './task-job-panel.tsx';
import { TrialsSoFar } from './trials-view.tsx';
import { TuneResult } from './tune-result.tsx';
import { useSearch } from './use-live-job.ts';

const MODELS: readonly SearchedModel[] = ['gradient_boosting', 'random_forest', 'linear'];
const STRATEGIES: readonly { value: Strategy; label: string; says: string }[] = [
  {
    value: 'halving',
    label: 'Successive halving',
    says: 'Tries many settings on a part of the attempts, and the best third of them on three times as many.',
  },
  { value: 'random', label: 'Random', says: 'Tries settings drawn by chance, each on all attempts.' },
  { value: 'grid', label: 'Grid', says: 'Tries every combination in order, each on all attempts.' },
];
const MOST_TRIALS = 500;

/** Looks for settings of a model that predict held-out tasks better, and hands them to the training. */
export function TunePanel({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  const chosen = useTaskJobChoice(status);
  const [modelType, setModelType] = useState<SearchedModel>('gradient_boosting');
  const [strategy, setStrategy] = useState<Strategy>('halving');
  const [trials, setTrials] = useState(30);
  const search = useSearch(projectId);
  const { state, going } = search;
  return (
    <Stack gap="md">
      <TaskJobPanel
        title="Search for settings"
        note="The default settings are good for most histories; with 50 attempts and more, others may be better. The search goes on when you leave this page."
        chosen={chosen}
        job={search}
        words={{ start: 'Search', cancel: 'Cancel search', going: 'Searching' }}
        icon={<IconAdjustments size={14} aria-hidden />}
        onStart={() => search.start({ ...chosen.choice, modelType, strategy, trials })}
        questions={
          <>
            <Select
              label="Model type"
              data={MODELS.map((value) => ({ value, label: modelLabel(value) }))}
              value={modelType}
              onChange={(value) => setModelType((value ?? modelType) as SearchedModel)}
              disabled={going}
              w={150}
            />
            <Select
              label="Strategy"
              data={STRATEGIES.map(({ value, label }) => ({ value, label }))}
              value={strategy}
              onChange={(value) => setStrategy((value ?? strategy) as Strategy)}
              disabled={going}
              w={160}
            />
            <NumberInput
              label="Trials"
              min={1}
              max={MOST_TRIALS}
              allowDecimal={false}
              value={trials}
              onChange={(value) => setTrials(Math.min(MOST_TRIALS, Math.max(1, Number(value) || 1)))}
              disabled={going}
              w={80}
            />
          </>
        }
      >
        <Text size="sm" c="dimmed">
          {STRATEGIES.find(({ value }) => value === strategy)?.says}
        </Text>
      </TaskJobPanel>
      {state?.kind === 'going' && state.search && <TrialsSoFar {...state.search} />}
      {state?.kind === 'done' && (
        <TuneResult projectId={projectId} search={state.result} cvFolds={chosen.choice.cvFolds} />
      )}
      {(state?.kind === 'idle' || state?.kind === 'failed') && (
        <EmptyState title="No search yet">
          Search, and see here how well each combination of settings predicts tasks it was not shown, and
          which settings matter.
        </EmptyState>
      )}
    </Stack>
  );
}
