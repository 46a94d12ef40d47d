import { Box, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

interface NoticeProps {
  readonly tone: 'info' | 'good' | 'warning';
  readonly title?: ReactNode;
  /** `status` is read out when it appears. */
  readonly role?: 'status' | 'note';
  readonly children?: ReactNode;
}

/** Something worth knowing, quieter than a failure. */
export function Notice({ tone, title, role = 'note', children }: NoticeProps) {
  return (
    <Box className={classes.notice} data-tone={tone} role={role}>
      {title && (
        <Text size="sm" fw={600} component="div">
          {title}
        </Text>
      )}
      <Text size="sm" component="div">
        {children}
      </Text>
    </Box>
  );
}
