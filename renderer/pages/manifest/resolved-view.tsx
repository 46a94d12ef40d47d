import { Code, Group, Text, Tooltip } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { CopyText } from '../../components/copy-text.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import classes from './manifest.module.css';
import { YamlViewer } from './yaml-editor.tsx';

interface ResolvedViewProps {
  readonly resolved: string | null;
  readonly lock: string | null;
  readonly target: string | null;
}

const SHOWN_LOCK_DIGITS = 12;

/** What the app understands for one target: environment filled in, overlay merged, read only. */
export function ResolvedView({ resolved, lock, target }: ResolvedViewProps) {
  if (resolved === null)
    return (
      <EmptyState title="The manifest does not resolve yet">
        Here stands what the app makes of it for one target, once the problems below are solved.
      </EmptyState>
    );
  return (
    <>
      <Group className={classes.lockBar} gap="xs" wrap="nowrap">
        <Text size="xs" c="dimmed">
          As run on <b>{target ?? 'the first target'}</b>: variables filled in, overlay merged. Read only.
        </Text>
        {lock !== null && (
          <Group gap={4} ml="auto" wrap="nowrap">
            <Tooltip label="SHA-256 of the resolved manifest. Two runs with the same lock ran the same thing.">
              <Group gap={4} wrap="nowrap">
                <IconLock size={13} aria-hidden />
                <Code fz="xs">{lock.slice(0, SHOWN_LOCK_DIGITS)}</Code>
              </Group>
            </Tooltip>
            <CopyText label="Copy lock" text={lock} />
          </Group>
        )}
      </Group>
      <YamlViewer text={resolved} label="Resolved manifest" />
    </>
  );
}
