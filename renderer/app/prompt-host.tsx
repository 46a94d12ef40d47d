import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Answer, PendingPrompt } from '../../main/api/connection-views.ts';
import { useApi } from './api.ts';
import classes from './app-shell.module.css';
import { HostKeyDialog } from './host-key-dialog.tsx';
import { usePrompts } from './prompts.tsx';
import { SecretDialog } from './secret-dialog.tsx';

/** The questions of sites: as a dialog, or as a line at the top of every page when the dialog was put off. */
export function PromptHost() {
  const { pending, shown, show } = usePrompts();
  const [first] = pending;
  if (shown) return <PromptDialog key={shown.promptId} prompt={shown} />;
  if (!first) return null;
  return (
    <div role="status" className={classes.prompt}>
      <span>
        {first.connection} waits for you: {wordsOf(first)}.
      </span>
      <Button variant="white" size="compact-xs" color="dark" onClick={show}>
        Answer
      </Button>
    </div>
  );
}

function PromptDialog({ prompt }: { prompt: PendingPrompt }) {
  const api = useApi();
  const { later } = usePrompts();
  const send = useMutation(api.connections.answer.mutationOptions());
  const { promptId, connection, question } = prompt;
  const dialog = {
    connection,
    busy: send.isPending || send.data === true,
    // The site hung up, or somebody answered in another window.
    tooLate: send.data === false,
    error: send.error,
    onAnswer: (answer: Answer) => send.mutate({ promptId, answer }),
    onLater: later,
  };
  return question.kind === 'host_key' ? (
    <HostKeyDialog question={question} {...dialog} />
  ) : (
    <SecretDialog question={question} {...dialog} />
  );
}

function wordsOf({ question }: PendingPrompt): string {
  if (question.kind === 'host_key') return `the key of ${question.host} is not known yet`;
  switch (question.what) {
    case 'password':
      return `a password for ${question.subject}`;
    case 'passphrase':
      return `the passphrase of ${question.subject}`;
    case 'code':
      return `a one-time code for ${question.subject}`;
  }
}
