import { Box, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface PanelProps {
  readonly title: string;
  /** One sentence under the title: what to look for. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A titled frame around one picture, table or form. */
export function Panel({ title, note, actions, children }: PanelProps) {
  return (
    <Box component="section" className={classes.panel} aria-label={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="xs" gap="sm">
        <Box miw={0}>
          <Title order={2} fz="md" className={classes.title}>
            {title}
          </Title>
          {note && (
            <Text size="sm" c="dimmed" component="div">
              {note}
            </Text>
          )}
        </Box>
        {actions && (
          <Group gap="xs" wrap="nowrap" style={{ flexShrink: 0 }}>
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Box>
  );
}
