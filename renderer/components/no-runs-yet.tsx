import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { routes } from '../app/routes.ts';
import { EmptyState } from './empty-state.tsx';

interface NoRunsYetProps {
  readonly projectId: string;
  readonly title: string;
  /** What would be here. */
  readonly children: ReactNode;
}

/** A page that shows runs, of a project that has none: the two ways to get some. */
export function NoRunsYet({ projectId, title, children }: NoRunsYetProps) {
  return (
    <EmptyState
      title={title}
      actions={
        <>
          <Button component={Link} href={routes.plan(projectId)}>
            Plan a run
          </Button>
          <Button component={Link} href={routes.telemetry(projectId)} variant="default">
            Import past runs
          </Button>
        </>
      }
    >
      {children}
    </EmptyState>
  );
}
