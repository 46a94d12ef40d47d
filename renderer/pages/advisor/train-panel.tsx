import { Button, Group, NumberInput, Progress, Select, Stack, Text } from '@mantine/core';
import { IconSchool } from '@tabler/icons-react';
import { useState } from 'react';
import type { ModelType } from '../../../main/advisor/advisor.ts';
import type { AdvisorStatus } from '../../../main/api/services.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { duration, percent, plural } from '../../lib/format.ts';
import { useTraining } from './use-training.ts';

const MODELS: readonly { value: ModelType; label: string }[] = [
  { value: 'auto', label: 'Best of all (auto)' },
  { value: 'linear', label: 'Linear' },
  { value: 'random_forest', label: 'Random forest' },
  { value: 'gradient_boosting', label: 'Gradient boosting' },
];
const MIN_FOLDS = 2;
const MAX_FOLDS = 20;

/** Choose a model type, train, see how far it is, stop it. */
export function TrainPanel({ projectId, status }: { projectId: string; status: AdvisorStatus }) {
  const [modelType, setModelType] = useState<ModelType>('auto');
  const [cvFolds, setCvFolds] = useState(5);
  const { training, start } = useTraining(projectId);
  const elsewhere = training.kind === 'idle' ? status.training : null;
  const going = training.kind === 'going' ? training : null;
  const progress = going ?? elsewhere;
  return (
    <Panel title="Training" note={<Note status={status} />}>
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <Select
            label="Model type"
            data={MODELS.map((model) => ({ ...model }))}
            value={modelType}
            onChange={(value) => setModelType((value ?? 'auto') as ModelType)}
            disabled={progress !== null}
            w={160}
          />
          <NumberInput
            label="Folds"
            min={MIN_FOLDS}
            max={MAX_FOLDS}
            allowDecimal={false}
            value={cvFolds}
            onChange={(value) => setCvFolds(Math.min(MAX_FOLDS, Math.max(MIN_FOLDS, Number(value) || 5)))}
            disabled={progress !== null}
            w={80}
          />
          <Button
            leftSection={<IconSchool size={14} aria-hidden />}
            disabled={progress !== null}
            onClick={() => start({ modelType, cvFolds })}
          >
            {status.report ? 'Train again' : 'Train'}
          </Button>
          {going && (
            <Button variant="default" onClick={going.stop}>
              Cancel training
            </Button>
          )}
        </Group>
        {progress && (
          <div>
            <Progress value={progress.fraction * 100} aria-label="Training" size="md" />
            <Text size="sm" c="dimmed" mt={4} role="status">
              {percent(Math.round(progress.fraction * 100) / 100)} · {progress.step}
            </Text>
          </div>
        )}
        {training.kind === 'failed' && (
          <ErrorPanel error={training.error} onRetry={() => start({ modelType, cvFolds })} />
        )}
      </Stack>
    </Panel>
  );
}

function Note({ status: { report, newRows } }: { status: AdvisorStatus }) {
  if (!report) return 'Not trained yet: sizes come from quantiles of past runs, or from the manifest.';
  return (
    <>
      Last trained <TimeText at={report.trainedAt} show="ago" /> on {plural(report.rows, 'attempt')} in{' '}
      {duration(report.seconds)}
      {newRows > 0 ? `; ${plural(newRows, 'attempt')} recorded since.` : '; nothing new since.'}
    </>
  );
}
