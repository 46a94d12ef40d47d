import { Center, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  /** What would be here. */
  readonly title: string;
  /** How to get it here. */
  readonly children?: ReactNode;
  readonly icon?: ReactNode;
  readonly actions?: ReactNode;
}

export function EmptyState({ title, children, icon, actions }: EmptyStateProps) {
  return (
    <Center py="xl" px="md">
      <Stack align="center" gap="xs" maw={460} ta="center">
        {icon && (
          <Text component="span" c="dimmed" lh={1} aria-hidden="true">
            {icon}
          </Text>
        )}
        <Title order={2}>{title}</Title>
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
        {actions && (
          <Group gap="xs" mt="xs" justify="center">
            {actions}
          </Group>
        )}
      </Stack>
    </Center>
  );
}
