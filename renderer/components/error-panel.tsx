import { Button, Code, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { appError } from '../app/api.ts';
import { CopyText } from './copy-text.tsx';
import classes from './error-panel.module.css';

interface ErrorPanelProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** What happened, what to do next, the code, and a report that can be copied. */
export function ErrorPanel({ error, onRetry }: ErrorPanelProps) {
  const data = appError(error);
  return (
    <div role="alert" className={classes.panel}>
      <IconAlertTriangle size={18} className={classes.icon} aria-hidden />
      <div className={classes.text}>
        <Text size="sm" fw={600}>
          {data.message}
        </Text>
        {data.hint && <Text size="sm">{data.hint}</Text>}
        <Group gap="xs" mt="xs">
          {onRetry && (
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          <CopyText label="Copy report" text={JSON.stringify(data, null, 2)} />
          <Code>{data.code}</Code>
        </Group>
      </div>
    </div>
  );
}
