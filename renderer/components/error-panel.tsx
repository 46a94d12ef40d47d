import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { appError } from '../app/api.ts';
import classes from './error-panel.module.css';

interface ErrorPanelProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** What happened, what to do next, the code, and a report that can be copied. */
export function ErrorPanel({ error, onRetry }: ErrorPanelProps) {
  const data = appError(error);
  return (
    <Alert
      classNames={{ root: classes.panel, title: classes.title, icon: classes.icon, message: classes.message }}
      icon={<IconAlertTriangle size={18} />}
      title={data.message}
      role="alert"
    >
      <Stack gap="xs">
        {data.hint && <Text size="sm">{data.hint}</Text>}
        <Group gap="xs">
          {onRetry && (
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          <CopyButton value={JSON.stringify(data, null, 2)}>
            {({ copied, copy }) => (
              <Button variant="subtle" color="gray" onClick={copy}>
                {copied ? 'Copied' : 'Copy report'}
              </Button>
            )}
          </CopyButton>
          <Code>{data.code}</Code>
        </Group>
      </Stack>
    </Alert>
  );
}
