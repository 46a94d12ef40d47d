import { Box } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { ErrorPanel } from '../components/error-panel.tsx';

/** A page that breaks says so in its own place; the navigation and the other pages stay. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { thrown: { error: unknown } | null }> {
  override state: { thrown: { error: unknown } | null } = { thrown: null };

  static getDerivedStateFromError(error: unknown) {
    return { thrown: { error } };
  }

  override render() {
    if (!this.state.thrown) return this.props.children;
    return (
      <Box p="lg" maw={760}>
        <ErrorPanel error={this.state.thrown.error} onRetry={() => this.setState({ thrown: null })} />
      </Box>
    );
  }
}
