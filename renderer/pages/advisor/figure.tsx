import { Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A picture or table with its title. */
export function Figure({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Title order={3} fz="sm" mb={4}>
        {title}
      </Title>
      {children}
    </div>
  );
}
