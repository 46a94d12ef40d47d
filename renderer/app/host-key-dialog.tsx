import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import type { Question } from '../../main/api/connection-views.ts';
import { CopyText } from '../components/copy-text.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { Notice } from '../components/notice.tsx';
import classes from './prompt-dialog.module.css';
import type { PromptDialogProps } from './secret-dialog.tsx';

interface HostKeyDialogProps extends PromptDialogProps {
  readonly question: Extract<Question, { kind: 'host_key' }>;
}

/** A machine that nobody here has seen before. Refusing has the focus: accepting is a decision. */
export function HostKeyDialog(props: HostKeyDialogProps) {
  const { question, connection, busy, tooLate, error, onAnswer, onLater } = props;
  return (
    <Modal opened onClose={onLater} title={`Is this really ${question.host}?`} size="lg">
      <Stack gap="md">
        <Text size="sm">
          The connection {connection} reaches this machine for the first time, so nothing can tell yet whether
          it is the right one. Compare the fingerprint with the one that your site publishes, on its help
          pages or from its support. If they differ, somebody may stand between you and the site.
        </Text>
        <dl className={classes.facts}>
          <dt>Machine</dt>
          <dd>{question.host}</dd>
          <dt>Type of key</dt>
          <dd>{question.keyType}</dd>
          <dt>Fingerprint</dt>
          <dd>
            <Code className={classes.fingerprint}>{question.fingerprint}</Code>
            <CopyText label="Copy" text={question.fingerprint} />
          </dd>
        </dl>
        {tooLate && (
          <Notice tone="warning">The site does not wait for this answer any more. Try again.</Notice>
        )}
        {error ? <ErrorPanel error={error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            disabled={busy}
            onClick={() => onAnswer({ kind: 'host_key', accept: false })}
            data-autofocus
          >
            Refuse
          </Button>
          <Button loading={busy} onClick={() => onAnswer({ kind: 'host_key', accept: true })}>
            It is the same: accept and remember
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
