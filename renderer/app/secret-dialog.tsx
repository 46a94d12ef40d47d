import { Button, Checkbox, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Answer, Question } from '../../main/api/connection-views.ts';
import { ErrorPanel } from '../components/error-panel.tsx';
import { Notice } from '../components/notice.tsx';
import classes from './prompt-dialog.module.css';

export interface PromptDialogProps {
  readonly connection: string;
  readonly busy: boolean;
  /** Nobody waits for the answer any more. */
  readonly tooLate: boolean;
  readonly error: unknown;
  readonly onAnswer: (answer: Answer) => void;
  /** Closes the dialog without an answer. */
  readonly onLater: () => void;
}

interface SecretDialogProps extends PromptDialogProps {
  readonly question: Extract<Question, { kind: 'secret' }>;
}

/** A password, a passphrase or a one-time code. What is typed lives in this dialog only. */
export function SecretDialog(props: SecretDialogProps) {
  const { question, connection, busy, tooLate, error, onAnswer, onLater } = props;
  const [text, setText] = useState('');
  const [save, setSave] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) onAnswer({ kind: 'secret', text, save: question.maySave && save });
  };
  const field = {
    label: question.label.replace(/\s*:\s*$/, '') || 'Answer',
    value: text,
    onChange: (event: FormEvent<HTMLInputElement>) => setText(event.currentTarget.value),
    disabled: busy,
    spellCheck: false,
    autoComplete: question.what === 'code' ? 'one-time-code' : 'off',
    'data-autofocus': true,
  };
  return (
    <Modal opened onClose={onLater} title={titleOf(question)}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm">
            The connection {connection} logs in as {question.subject}.
          </Text>
          {question.instructions.trim() !== '' && (
            <div>
              <Text size="xs" c="dimmed">
                The site says:
              </Text>
              <pre className={classes.instructions}>{question.instructions}</pre>
            </div>
          )}
          {question.echo ? <TextInput {...field} /> : <PasswordInput size="xs" {...field} />}
          {question.maySave && (
            <Checkbox
              size="xs"
              label="Keep it in the keychain of this computer"
              description="Encrypted by your system and used for this connection only. Otherwise it is asked each time."
              checked={save}
              onChange={(event) => setSave(event.currentTarget.checked)}
            />
          )}
          {tooLate && (
            <Notice tone="warning">The site does not wait for this answer any more. Try again.</Notice>
          )}
          {error ? <ErrorPanel error={error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" disabled={busy} onClick={() => onAnswer({ kind: 'cancelled' })}>
              Stop connecting
            </Button>
            <Button type="submit" loading={busy} disabled={text === '' && question.what !== 'code'}>
              Log in
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function titleOf({ what, subject }: SecretDialogProps['question']): string {
  switch (what) {
    case 'password':
      return `Password for ${subject}`;
    case 'passphrase':
      return `Passphrase of ${subject}`;
    case 'code':
      return `One-time code for ${subject}`;
  }
}
