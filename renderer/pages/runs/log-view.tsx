// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
import { Box, Button, Group, SegmentedControl, Switch, Text } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Loading } from '../../components/loading.tsx';
import { Notice } from '../../components/notice.tsx';
import { bytes } from '../../lib/format.ts';
import classes from './log-view.module.css';
import { useLog } from './use-log.ts';

interface LogViewProps {
  readonly projectId: string;
  readonly runId: string;
  readonly instanceId: string;
  readonly attempt: number;
  readonly running: boolean;
}

/** What a task printed. Opens at the end, follows it while the task runs, and loads earlier parts on demand. */
export function LogView({ running, ...source }: LogViewProps) {
  const [stream, setStream] = useState<'stdout' | 'stderr'>('stdout');
  const [follow, setFollow] = useState(true);
  const { buffer, away, error, loadEarlier } = useLog({ ...source, stream });
  const box = useRef<HTMLElement>(null);
  const heightBefore = useRef<number | null>(null);
  const start = buffer?.start;

  useEffect(() => {
    const element = box.current;
    if (element && follow && buffer) element.scrollTop = element.scrollHeight;
  }, [buffer, follow]);
  // What was being read stays in place when earlier text is put above it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the beginning moves
  useLayoutEffect(() => {
    const element = box.current;
    if (element && heightBefore.current !== null) {
      element.scrollTop += element.scrollHeight - heightBefore.current;
      heightBefore.current = null;
    }
  }, [start]);

  return (
    <div>
      <Group justify="space-between" mb={6}>
        <SegmentedControl
          aria-label="Stream"
          value={stream}
          onChange={(value) => setStream(value === 'stderr' ? 'stderr' : 'stdout')}
          data={[
            { value: 'stdout', label: 'Output' },
            { value: 'stderr', label: 'Errors' },
          ]}
        />
        <Group gap="sm">
          {buffer && (
            <Text size="xs" c="dimmed">
              {bytes(buffer.total)}
              {buffer.truncated ? ', cut at its size limit' : ''}
            </Text>
          )}
          {running && (
            <Switch
              label="Follow"
              checked={follow}
              onChange={(event) => setFollow(event.currentTarget.checked)}
            />
          )}
        </Group>
      </Group>
      {error ? <ErrorPanel error={error} /> : null}
      {away && (
        <Box mb={6}>
          <Notice
            tone="warning"
            role="status"
            title={
              buffer === null
                ? 'The log is on the site, which does not answer.'
                : 'The site does not answer: this is what was read before.'
            }
          >
            {away.message} It is tried again every 10 seconds.
          </Notice>
        </Box>
      )}
      {buffer === null ? (
        !error && !away && <Loading label="Reading the log…" />
      ) : (
        <>
          {buffer.start > 0 && (
            <Button
              variant="default"
              fullWidth
              mb={6}
              onClick={() => {
                setFollow(false);
                heightBefore.current = box.current?.scrollHeight ?? null;
                void loadEarlier();
              }}
            >
              Load earlier ({bytes(buffer.start)} before this)
            </Button>
          )}
          <section
            ref={box}
            className={classes.log}
            tabIndex={0}
            aria-label={`${stream} of attempt ${source.attempt}`}
          >
            <pre>{buffer.text === '' ? 'Nothing was printed here.' : buffer.text}</pre>
          </section>
        </>
      )}
    </div>
  );
}
