import { Box, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TaskAdvice } from '../../../main/api/advisor-views.ts';
import type { PlanOptions } from '../../../main/planning/plan.ts';
import { useApi } from '../../app/api.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { changesAnything } from './advice-changes.ts';
import { AdviceTable } from './advice-table.tsx';
import { ApplyDialog } from './apply-dialog.tsx';
import { ConfidenceSelect } from './confidence-select.tsx';
import { RiskSelect } from './risk-select.tsx';

/** The advisor's numbers beside the manifest's, and the way to take them over. */
export function ApplyPanel({ projectId }: { projectId: string }) {
  const api = useApi();
  const manifest = useQuery(api.manifests.read.queryOptions({ projectId, target: null }));
  const settings = useQuery(api.settings.get.queryOptions());
  return (
    <QueryView query={manifest} loading="Reading the manifest…">
      {({ targets }) => {
        const first = targets[0]?.name;
        if (first === undefined)
          return <EmptyState title="No target">Give the manifest a target first.</EmptyState>;
        return (
          <QueryView query={settings}>
            {({ confidence, risk }) => (
              <Advice
                projectId={projectId}
                targets={targets.map((target) => target.name)}
                first={first}
                wishes={{ confidence, risk }}
              />
            )}
          </QueryView>
        );
      }}
    </QueryView>
  );
}

interface AdviceProps {
  readonly projectId: string;
  readonly targets: readonly string[];
  readonly first: string;
  /** Of the settings. */
  readonly wishes: Wishes;
}

type Wishes = Required<Pick<PlanOptions, 'confidence' | 'risk'>>;

function Advice({ projectId, targets, first, wishes: preferred }: AdviceProps) {
  const api = useApi();
  const [target, setTarget] = useState(first);
  const [wishes, setWishes] = useState(preferred);
  const { confidence, risk } = wishes;
  const advice = useQuery(api.advisor.advice.queryOptions({ projectId, target, ...wishes }));
  return (
    <Panel
      title="Apply to manifest"
      note="Choose whose numbers change. You see the new manifest before anything is written."
    >
      <Stack gap="md">
        <Group gap="sm" align="flex-end">
          <Select
            label="Target"
            data={[...targets]}
            value={target}
            onChange={(value) => setTarget(value ?? target)}
            w={180}
          />
          <ConfidenceSelect
            value={confidence}
            onChange={(value) => setWishes({ ...wishes, confidence: value })}
            disabled={risk === 'frugal'}
          />
          <Box maw={360}>
            <RiskSelect value={risk} onChange={(value) => setWishes({ ...wishes, risk: value })} />
          </Box>
        </Group>
        <QueryView query={advice} loading="Working out the sizes…">
          {(rows) => (
            <Choice
              key={`${target} ${confidence} ${risk}`}
              projectId={projectId}
              target={target}
              wishes={wishes}
              advice={rows}
            />
          )}
        </QueryView>
      </Stack>
    </Panel>
  );
}

interface ChoiceProps {
  readonly projectId: string;
  readonly target: string;
  readonly wishes: Wishes;
  readonly advice: readonly TaskAdvice[];
}

function Choice({ projectId, target, wishes, advice }: ChoiceProps) {
  const [tasks, setTasks] = useState(() => advice.filter(changesAnything).map((each) => each.task));
  const [previewing, setPreviewing] = useState(false);
  if (advice.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No task of this manifest has been measured yet.
      </Text>
    );
  return (
    <Stack gap="sm">
      <AdviceTable
        advice={advice}
        selected={tasks}
        onSelect={(task, on) =>
          setTasks((names) => (on ? [...names, task] : names.filter((name) => name !== task)))
        }
      />
      <Group>
        <Button disabled={tasks.length === 0} onClick={() => setPreviewing(true)}>
          Show the changes
        </Button>
      </Group>
      <ApplyDialog
        projectId={projectId}
        request={previewing ? { target, ...wishes, tasks } : null}
        onClose={() => setPreviewing(false)}
      />
    </Stack>
  );
}
