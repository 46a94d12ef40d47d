import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { useCallback } from 'react';
import type { FinishedSearch } from '../../../main/api/advisor-views.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { parallelPicture, settingsText } from '../../charts/parallel-picture.ts';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { count, duration, plural } from '../../lib/format.ts';
import classes from './compare-result.module.css';
import { modelLabel } from './report-sentences.ts';
import { useTraining } from './use-live-job.ts';

const SHOWN = 8;

interface TuneResultProps {
  readonly projectId: string;
  readonly search: FinishedSearch;
  readonly cvFolds: number;
}

/** What a search found: in a sentence, as a picture, in numbers, and the way to use it. */
export function TuneResult({ projectId, search, cvFolds }: TuneResultProps) {
  const { task, modelType, trials, bestParams, bestScore } = search;
  const training = useTraining(projectId);
  const draw = useCallback((theme: ChartTheme) => parallelPicture(search, theme), [search]);
  const most = trials.reduce((rows, trial) => Math.max(rows, trial.rows), 0);
  const full = trials.filter(({ rows }) => rows === most).toSorted((a, b) => b.score - a.score);
  const usual = full.find(({ params }) => Object.keys(params).length === 0);
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
        <Chart title={`Settings tried for ${task}`} draw={draw} height={340} />
        <Text size="sm" c="dimmed">
          One line per trial, from setting to setting to its score; the thick line is the best. A setting
          whose lines all end high whatever its value does not matter.
        </Text>
        <Table.ScrollContainer minWidth={480}>
          <Table aria-label="The best settings on all attempts" className={classes.numbers}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Settings</Table.Th>
                <Table.Th ta="right">R² held out</Table.Th>
                <Table.Th ta="right">Attempts</Table.Th>
                <Table.Th ta="right">Took</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {full.slice(0, SHOWN).map((trial) => (
                <Table.Tr key={JSON.stringify(trial.params)}>
                  <Table.Td>{settingsText(trial.params)}</Table.Td>
                  <Table.Td ta="right">
                    {Number.isFinite(trial.score) ? trial.score.toFixed(4) : '–'}
                  </Table.Td>
                  <Table.Td ta="right">{count(trial.rows)}</Table.Td>
                  <Table.Td ta="right">{duration(trial.seconds)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
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
