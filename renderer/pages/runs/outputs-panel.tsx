import { Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { IconDownload, IconPlayerStop } from '@tabler/icons-react';
import type { FetchedView } from '../../../main/api/transfer-views.ts';
import { appError } from '../../app/api.ts';
import { CopyText } from '../../components/copy-text.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { JobProgress } from '../../components/job-progress.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { count, plural } from '../../lib/format.ts';
import { useOutputs } from './use-outputs.ts';

interface OutputsProps {
  readonly projectId: string;
  readonly runId: string;
  /** Null: of all tasks that have finished. */
  readonly instanceId: string | null;
}

interface OutputsPanelProps extends Omit<OutputsProps, 'instanceId'> {
  /** Names of declared outputs by task. */
  readonly declared: Readonly<Record<string, readonly string[]>>;
  /** Tasks that have finished, so that there is something to fetch. */
  readonly finished: number;
}

/** What the tasks of a run at a site have written, brought here when it is asked for. */
export function OutputsPanel({ declared, finished, ...run }: OutputsPanelProps) {
  const tasks = Object.entries(declared);
  return (
    <Panel
      title="Outputs"
      note={
        tasks.length === 0
          ? 'The tasks of this run declare no outputs, so what they wrote stays on the site.'
          : `On the site until you fetch them: ${tasks.map(([task, names]) => `${task} ${names.join(', ')}`).join(' · ')}`
      }
    >
      {tasks.length > 0 && <FetchOutputs {...run} instanceId={null} disabled={finished === 0} />}
    </Panel>
  );
}

/** The button with its progress, what came of it, and what went wrong. */
export function FetchOutputs({ disabled, ...of }: OutputsProps & { readonly disabled: boolean }) {
  const job = useOutputs(of.projectId, of.runId, of.instanceId);
  return (
    <Stack gap="xs" align="stretch">
      <Group gap="sm">
        {job.going ? (
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={14} aria-hidden />}
            onClick={job.cancel}
          >
            Stop fetching
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={disabled}
            onClick={() => job.start(undefined)}
          >
            {job.state?.kind === 'done' ? 'Fetch again' : 'Fetch outputs'}
          </Button>
        )}
        <Text size="sm" c="dimmed">
          {disabled
            ? 'No task has finished yet.'
            : job.going
              ? 'It goes on when you leave this page.'
              : 'What is here already is not copied again.'}
        </Text>
      </Group>
      <JobProgress state={job.state} label="Fetching outputs" />
      {job.error !== null && !job.going && appError(job.error).code !== 'E_NO_CONNECTION' && (
        <ErrorPanel error={job.error} onRetry={() => job.start(undefined)} />
      )}
      {job.state?.kind === 'done' && <Fetched result={job.state.result} />}
    </Stack>
  );
}

function Fetched({ result }: { result: FetchedView }) {
  const { site, copied, alreadyHere, outputs, missing, folder, examples } = result;
  if (site === null)
    return (
      <Notice tone="good" role="status" title="Nothing is to be fetched: the site writes into these folders.">
        <Where folder={folder} examples={examples} outputs={outputs - missing} />
      </Notice>
    );
  return (
    <Notice
      tone={missing > 0 ? 'warning' : 'good'}
      role="status"
      title={`${plural(copied, 'file')} copied from ${site}, ${count(alreadyHere)} were here already.`}
    >
      {missing > 0 &&
        `${plural(missing, 'output')} of ${count(outputs)} ${missing === 1 ? 'was' : 'were'} not there: the task did not write it where it was declared. `}
      <Where folder={folder} examples={examples} outputs={outputs - missing} />
    </Notice>
  );
}

/** More lines than this are in the folder for all to see. */
const SHOWN = 5;

function Where({ folder, examples, outputs }: Pick<FetchedView, 'folder' | 'examples' | 'outputs'>) {
  if (folder === null) return null;
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{folder}</Code>
        <CopyText label="Copy the path" text={folder} />
      </Group>
      <List size="sm" listStyleType="none" mt={4}>
        {examples.slice(0, SHOWN).map(({ instanceId, name, path }) => (
          <List.Item key={`${instanceId}/${name}`}>
            {instanceId} {name}: <Code>{path.slice(folder.length + 1)}</Code>
          </List.Item>
        ))}
        {outputs > SHOWN && <List.Item>… and {count(outputs - SHOWN)} more</List.Item>}
      </List>
    </>
  );
}
