import { Button, Group, Select, Stack } from '@mantine/core';
import { IconSchool } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ModelType } from '../../../main/advisor/advisor.ts';
import type { AdvisorStatus } from '../../../main/api/advisor-views.ts';
import { useApi } from '../../app/api.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JobProgress } from '../../components/job-progress.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { duration, plural } from '../../lib/format.ts';
import { FoldsInput } from './folds-input.tsx';
import { useTraining } from './use-live-job.ts';

const MODELS: readonly { value: ModelType; label: string }[] = [
  { value: 'auto', label: 'Best of all (auto)' },
  { value: 'linear', label: 'Linear' },
  { value: 'random_forest', label: 'Random forest' },
  { value: 'gradient_boosting', label: 'Gradient boosting' },
];

/** Choose a model type, train, see how far it is, stop it. */
export function TrainPanel({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  const [modelType, setModelType] = useState<ModelType>('auto');
  const [cvFolds, setCvFolds] = useState(5);
  const training = useTraining(projectId);
  const train = () => training.start({ modelType, cvFolds });
  return (
    <Panel title="Training" note={<Note status={status} />}>
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <Select
            label="Model type"
            data={MODELS.map((model) => ({ ...model }))}
            value={modelType}
            onChange={(value) => setModelType((value ?? 'auto') as ModelType)}
            disabled={training.going}
            w={160}
          />
          <FoldsInput value={cvFolds} onChange={setCvFolds} disabled={training.going} />
          <Button
            leftSection={<IconSchool size={14} aria-hidden />}
            disabled={training.going || training.state === undefined}
            onClick={train}
          >
            {status.report ? 'Train again' : 'Train'}
          </Button>
          {training.going && (
            <Button variant="default" onClick={training.cancel}>
              Cancel training
            </Button>
          )}
        </Group>
        <JobProgress state={training.state} label="Training" />
        {training.error !== null && <ErrorPanel error={training.error} onRetry={train} />}
        {!training.going && <RetrainNotice projectId={projectId} />}
      </Stack>
    </Panel>
  );
}

/** Seen wherever on the page one is: the advice did not keep its promise, or knows too little of the history. */
function RetrainNotice({ projectId }: { projectId: string }) {
  const api = useApi();
  const { data } = useQuery(api.advisor.record.queryOptions({ projectId }));
  if (!data?.retrainSuggested) return null;
  return (
    <Notice tone="warning" title="Train again">
      {data.reason}
    </Notice>
  );
}

function Note({ status: { report, newRows, answering } }: { status: AdvisorStatus }) {
  if (!report)
    return answering === 'on the spot'
      ? 'Not trained yet. So short a history is learned while a plan is made; train to see how well.'
      : 'Not trained yet: the history is too long to learn while a plan is made, so quantiles of past runs answer.';
  return (
    <>
      Last trained <TimeText at={report.trainedAt} show="ago" /> on {plural(report.rows, 'attempt')} in{' '}
      {duration(report.seconds)}
      {newRows > 0 ? `; ${plural(newRows, 'attempt')} recorded since.` : '; nothing new since.'}
    </>
  );
}
