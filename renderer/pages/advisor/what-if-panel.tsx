import { Box, Grid, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdvisorStatus, TaskData } from '../../../main/api/advisor-views.ts';
import type { Settings } from '../../../main/api/services.ts';
import { useApi } from '../../app/api.ts';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { ConfidenceSelect } from './confidence-select.tsx';
import { RiskSelect } from './risk-select.tsx';
import { TaskSelect } from './task-select.tsx';
import { WhatIfAnswerView } from './what-if-answer.tsx';
import { WhatIfControl } from './what-if-controls.tsx';
import { latestValues } from './what-if-values.ts';

/** Long enough that a drag is not a question per pixel, short enough that the picture moves with it. */
const SETTLED_MS = 50;

/** Try inputs, see what would be asked for and what may come out. */
export function WhatIfPanel({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  const tasks = status.history.map((each) => each.task);
  const [task, setTask] = useState(tasks[0] ?? '');
  const api = useApi();
  const data = useQuery(api.advisor.data.queryOptions({ projectId }));
  const settings = useQuery(api.settings.get.queryOptions());
  return (
    <Panel
      title="What if"
      note="Change the inputs of a task and see what the advisor would ask for, and how likely it would be enough."
    >
      <Stack gap="md">
        <TaskSelect label="Task" tasks={tasks} value={task} onChange={setTask} />
        <QueryView query={data} loading="Looking at the inputs…">
          {(all) => {
            const chosen = all.find(({ summary }) => summary.task === task);
            return (
              chosen && (
                <QueryView query={settings}>
                  {(preferred) => (
                    <WhatIf key={task} projectId={projectId} data={chosen} preferred={preferred} />
                  )}
                </QueryView>
              )
            );
          }}
        </QueryView>
      </Stack>
    </Panel>
  );
}

interface WhatIfProps {
  readonly projectId: string;
  readonly data: TaskData;
  readonly preferred: Pick<Settings, 'confidence' | 'risk'>;
}

function WhatIf({ projectId, data, preferred }: WhatIfProps) {
  const { inputs, summary } = data;
  const [values, setValues] = useState(() => latestValues(inputs));
  const [confidence, setConfidence] = useState(preferred.confidence);
  const [risk, setRisk] = useState(preferred.risk);
  const [features] = useDebouncedValue(values, SETTLED_MS);
  const api = useApi();
  const answer = useQuery(
    api.advisor.whatIf.queryOptions(
      { projectId, task: summary.task, features, confidence, risk },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Stack gap="md">
          {inputs.length === 0 && (
            <Text size="sm" c="dimmed">
              This task has no inputs: every instance gets the same size.
            </Text>
          )}
          {inputs.map((input) => (
            <WhatIfControl
              key={input.name}
              input={input}
              value={values[input.name] ?? ''}
              onChange={(value) => setValues((before) => ({ ...before, [input.name]: value }))}
            />
          ))}
          <RiskSelect value={risk} onChange={setRisk} />
          <ConfidenceSelect value={confidence} onChange={setConfidence} disabled={risk === 'frugal'} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8 }}>
        <Box aria-busy={answer.isPlaceholderData}>
          <QueryView query={answer} loading="Predicting…">
            {(found) => <WhatIfAnswerView task={summary.task} answer={found} />}
          </QueryView>
        </Box>
      </Grid.Col>
    </Grid>
  );
}
