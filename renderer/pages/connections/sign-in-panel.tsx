import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconLogin2, IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { SignInEvent } from '../../../main/api/connection-views.ts';
import { useApiClient } from '../../app/api.ts';
import { useGuides } from '../../app/guides.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeText } from '../../components/time-text.tsx';
import classes from './connections.module.css';

type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'begun' }
  | SignInEvent
  | { readonly kind: 'failed'; readonly error: unknown };

/** The sign-in of IAM Identity Center: a page in the browser, and the code that it must show. */
export function SignInPanel({ name }: { name: string }) {
  const client = useApiClient();
  const guides = useGuides();
  const [phase, setPhase] = useState<Phase>({ kind: 'idle' });
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);
  const begin = () => {
    setPhase({ kind: 'begun' });
    const subscription = client.connections.signIn.subscribe(
      { name },
      {
        onData: (event) => {
          setPhase(event);
          // What failed for want of it can be tried again at once.
          if (event.kind === 'done') guides.start(name, false);
        },
        onError: (error) => setPhase({ kind: 'failed', error }),
      },
    );
    stop.current = () => subscription.unsubscribe();
  };
  const cancel = () => {
    stop.current();
    setPhase({ kind: 'idle' });
  };
  const isGoing = phase.kind === 'begun' || phase.kind === 'asked';
  return (
    <Panel
      title="Sign in"
      note="AWS asks you in the browser. What it gives is kept where the AWS tools keep it, for all of them."
      actions={
        isGoing ? (
          <Button variant="default" leftSection={<IconPlayerStop size={14} aria-hidden />} onClick={cancel}>
            Stop
          </Button>
        ) : (
          <Button variant="default" leftSection={<IconLogin2 size={14} aria-hidden />} onClick={begin}>
            Sign in
          </Button>
        )
      }
    >
      {phase.kind === 'begun' && <Text size="sm">Asking AWS for a code…</Text>}
      {phase.kind === 'asked' && (
        <Stack gap="xs" role="status">
          <Text size="sm">Confirm in the browser, if the page shows this code:</Text>
          <Text className={classes.code} component="div">
            {phase.code}
          </Text>
          <Group gap="sm">
            <Anchor href={phase.url} target="_blank" rel="noreferrer noopener" size="sm">
              Open the page of AWS
            </Anchor>
            <Text size="sm" c="dimmed">
              Until <TimeText at={phase.expiresAt} />. This page goes on by itself.
            </Text>
          </Group>
        </Stack>
      )}
      {phase.kind === 'done' && (
        <Notice tone="good" role="status" title="Signed in.">
          Until <TimeText at={phase.expiresAt} />.
        </Notice>
      )}
      {phase.kind === 'failed' && <ErrorPanel error={phase.error} onRetry={begin} />}
    </Panel>
  );
}
