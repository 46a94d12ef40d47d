import { Button, Group, Stack, Text } from '@mantine/core';
import type { FinishedSearch } from '../../../main/api/advisor-views.ts';
import { settingsText } from '../../charts/parallel-picture.ts';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { duration, plural } from '../../lib/format.ts';
import { modelLabel } from './report-sentences.ts';
import { TrialsView } from './trials-view.tsx';
import { useTraining } from './use-live-job.ts';

interface TuneResultProps {
  readonly projectId: string;
  readonly search: FinishedSearch;
  readonly cvFolds: number;
}

/** What a search found: in a sentence, as a picture, in numbers, and the way to use it. */
export function TuneResult({ projectId, search, cvFolds }: TuneResultProps) {
  const { task, modelType, trials, bestParams, bestScore } = search;
  const training = useTraining(projectId);
  const most = trials.reduce((rows, trial) => Math.max(rows, trial.rows), 0);
  const usual = trials.find(({ params, rows }) => rows === most && Object.keys(params).length === 0);
  const gain = usual ? bestScore - usual.score : null;
  return (
    <Panel
      title="What the search found"
      note={`${modelLabel(modelType)} for ${task}: ${plural(trials.length, 'trial')} in ${duration(trials.reduce((sum, { seconds }) => sum + seconds, 0))}`}
      actions={
        <Button
          disabled={training.going}
          onClick={() => training.start({ modelType, cvFolds, modelParams: bestParams })}
        >
          Train with these
        </Button>
      }
    >
      <Stack gap="md">
        <Notice tone={gain !== null && gain < 0.005 ? 'info' : 'good'} role="status">
          Best: <strong>{settingsText(bestParams)}</strong>, which explain {bestScore.toFixed(3)} (R², 1 is
          perfect) of what held-out tasks needed.{' '}
          {gain === null
            ? ''
            : gain < 0.005
              ? 'The default settings are as good.'
              : `The default settings explain ${usual?.score.toFixed(3)}.`}
        </Notice>
        <TrialsView task={task} search={search} />
        <Group gap="xs">
          {training.going && (
            <Text size="sm" c="dimmed" role="status">
              Training with these settings; its progress is at the top of the page.
            </Text>
          )}
        </Group>
      </Stack>
    </Panel>
  );
}
