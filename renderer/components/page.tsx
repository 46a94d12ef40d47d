import { Box, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import classes from './page.module.css';

interface PageProps {
  readonly title: string;
  /** One line under the title. */
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  /** `reading` limits the width for prose and forms, `wide` fits tables, `full` gives the page to one tool. */
  readonly width?: 'reading' | 'wide' | 'full';
  readonly children: ReactNode;
}

/** The frame of every page: one heading, actions at its right, content that scrolls below. */
export function Page({ title, description, actions, width = 'wide', children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Scalable`;
  }, [title]);
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <Box miw={0}>
          <Title order={1}>{title}</Title>
          {description && (
            <Text size="sm" c="dimmed" component="div" truncate>
              {description}
            </Text>
          )}
        </Box>
        {actions && (
          <Group gap="xs" wrap="nowrap">
            {actions}
          </Group>
        )}
      </header>
      <div className={classes.body} data-width={width}>
        {width === 'full' ? children : <div className={classes.content}>{children}</div>}
      </div>
    </div>
  );
}
