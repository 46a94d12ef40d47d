import { SegmentedControl, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { WhatIfAnswer } from '../../../main/api/advisor-views.ts';
import { Chart } from '../../charts/chart.tsx';
import type { ChartTheme } from '../../charts/chart-theme.ts';
import { effectsHeight, effectsPicture } from '../../charts/effects-picture.ts';
import { spreadPicture } from '../../charts/spread-picture.ts';
import { bytes, gibHours, percent, plural, UNKNOWN } from '../../lib/format.ts';
import { Figure } from './figure.tsx';
import { PredictedUse } from './predicted-use.tsx';
import { methodName } from './report-sentences.ts';

/** The answer in a sentence, its numbers, what may come out, and what would change it. */
export function WhatIfAnswerView({ task, answer }: { task: string; answer: WhatIfAnswer }) {
  const { ladder, effects, requestBytes } = answer;
  const change = useCallback(
    (theme: ChartTheme) => effectsPicture(effects, requestBytes, theme),
    [effects, requestBytes],
  );
  return (
    <Stack gap="md">
      <div role="status" aria-live="polite" aria-atomic>
        <Text size="xl" fw={650} lh={1.3}>
          {requestBytes === null ? 'No memory limit' : `Ask for ${bytes(requestBytes)}`}
          {answer.recommended.walltime !== null && `, ${answer.recommended.walltime}`}
          {`, ${plural(answer.recommended.cpus, 'CPU')}`}
        </Text>
        <Text size="sm">
          {answer.suffices !== null &&
            `Predicted to be enough for ${percent(answer.suffices)} of such instances. `}
          {answer.policy === 'safe' &&
            answer.method !== 'manifest' &&
            answer.evidence.risk !== 'frugal' &&
            'The manifest’s policy “safe” asks for at least a fifth more than is predicted. '}
          {ladder.length > 1 && `If not, ${ladder.slice(1).map(bytes).join(', then ')}.`}
        </Text>
      </div>
      <Needs task={task} answer={answer} />
      <SimpleGrid cols={{ base: 1, xl: 2 }} spacing="lg">
        <Stack gap="sm">
          <Requests answer={answer} />
          <PredictedUse predicted={answer.predicted} />
        </Stack>
        {effects.length > 0 && (
          <Figure title="What would change the answer">
            <Chart
              title={`${task}: request at other inputs`}
              draw={change}
              height={effectsHeight(effects.length)}
            />
          </Figure>
        )}
      </SimpleGrid>
      <Evidence answer={answer} />
    </Stack>
  );
}

/** The predicted distribution of memory or of time, with what is asked for in it. */
function Needs({ task, answer }: { task: string; answer: WhatIfAnswer }) {
  const [figure, setFigure] = useState<'memory' | 'time'>('memory');
  const shown = answer[figure];
  const { ladder, manifestBytes } = answer;
  const draw = useCallback(
    (theme: ChartTheme) =>
      figure === 'memory'
        ? spreadPicture({ spread: shown ?? [], unit: 'bytes', ladder, manifest: manifestBytes }, theme)
        : spreadPicture({ spread: shown ?? [], unit: 'seconds', ladder: [], manifest: null }, theme),
    [figure, shown, ladder, manifestBytes],
  );
  return (
    <Figure title="What it may need">
      <SegmentedControl
        aria-label="What is predicted"
        value={figure}
        onChange={(value) => setFigure(value === 'time' ? 'time' : 'memory')}
        data={[
          { value: 'memory', label: 'Peak memory' },
          { value: 'time', label: 'Run time' },
        ]}
      />
      {shown ? (
        <Chart
          title={`${task}: predicted ${figure === 'memory' ? 'peak memory' : 'run time'}`}
          draw={draw}
          height={260}
        />
      ) : (
        <Text size="sm" c="dimmed" mt="xs">
          Too little was measured of this task to say.
        </Text>
      )}
    </Figure>
  );
}

function Requests({ answer: { current, recommended, inManifest } }: { answer: WhatIfAnswer }) {
  const rows = [
    ['Memory', current.memory, recommended.memory],
    ['CPUs', String(current.cpus), String(recommended.cpus)],
    ['Time limit', current.walltime, recommended.walltime],
  ] as const;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Request</Table.Th>
          <Table.Th ta="right">{inManifest ? 'Manifest' : 'Asked last'}</Table.Th>
          <Table.Th ta="right">Advisor</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([name, before, after]) => (
          <Table.Tr key={name}>
            <Table.Td>{name}</Table.Td>
            <Table.Td ta="right">{before ?? UNKNOWN}</Table.Td>
            <Table.Td ta="right" fw={600}>
              {after ?? UNKNOWN}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Who answered, from what, and why it and not another. */
function Evidence({ answer }: { answer: WhatIfAnswer }) {
  const { evidence, method, confidence, sentence } = answer;
  const wasted = evidence.wastage;
  return (
    <section aria-label="Evidence">
      <Text size="sm" fw={600}>
        Why
      </Text>
      <Text size="sm">
        {methodName(method, evidence.model_type)}
        {confidence !== null && `, ${percent(confidence)} sure on held-out tasks`}; learned from{' '}
        {plural(evidence.records, 'attempt')} in {plural(evidence.runs_analyzed, 'run')}. {sentence}
      </Text>
      {evidence.cautions?.map((caution) => (
        <Text key={caution} size="sm" fw={600}>
          {caution}
        </Text>
      ))}
      {wasted && (
        <Text size="sm" c="dimmed">
          Wasted per held-out task: {gibHours(wasted.manifest)} with the manifest as first written,{' '}
          {gibHours(wasted.quantile)} with quantiles, {gibHours(wasted.learned)} with the model.
        </Text>
      )}
    </section>
  );
}
