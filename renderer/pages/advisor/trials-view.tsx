import { Stack, Table, Text } from '@mantine/core';
import { useCallback } from 'react';
import type { SearchResult } from '../../../main/advisor/tuning/search.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { parallelPicture, settingsText } from '../../charts/parallel-picture.ts';
import { Panel } from '../../components/panel.tsx';
import { count, duration, plural } from '../../lib/format.ts';
import { bestSoFar } from './best-trial.ts';
import classes from './compare-result.module.css';

const SHOWN = 8;

/** Every trial as a line, and the best of those that saw most in numbers. */
export function TrialsView({ task, search }: { task: string; search: SearchResult }) {
  const { trials } = search;
  const draw = useCallback((theme: ChartTheme) => parallelPicture(search, theme), [search]);
  const most = trials.reduce((rows, trial) => Math.max(rows, trial.rows), 0);
  const full = trials.filter(({ rows }) => rows === most).toSorted((a, b) => b.score - a.score);
  return (
    <Stack gap="md">
      <Chart title={`Settings tried for ${task}`} draw={draw} height={340} />
      <Text size="sm" c="dimmed">
        One line per trial, from setting to setting to its score; the thick line is the best. A setting whose
        lines all end high whatever its value does not matter.
      </Text>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label="The best settings, on most attempts" className={classes.numbers}>
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
                <Table.Td ta="right">{Number.isFinite(trial.score) ? trial.score.toFixed(4) : '–'}</Table.Td>
                <Table.Td ta="right">{count(trial.rows)}</Table.Td>
                <Table.Td ta="right">{duration(trial.seconds)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

/** What a search has tried while it goes on. */
export function TrialsSoFar({ task, trials }: { task: string; trials: SearchResult['trials'] }) {
  const best = bestSoFar(trials);
  if (!best) return null;
  return (
    <Panel title="Tried so far" note={`${plural(trials.length, 'trial')}, best R² ${best.score.toFixed(3)}`}>
      <TrialsView task={task} search={{ trials, bestParams: best.params, bestScore: best.score }} />
    </Panel>
  );
}
