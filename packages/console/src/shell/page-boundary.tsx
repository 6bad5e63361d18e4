import { Component, type ReactNode } from 'react';
import { Failed } from '../parts/standing.tsx';

interface PageBoundaryProps {
  readonly children: ReactNode;
}

/** A page that breaks leaves the menu alive and says what happened. */
export class PageBoundary extends Component<PageBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? (
      this.props.children
    ) : (
      // Drawn again it would break again, and a script that could not be fetched is not asked for twice.
      <Failed error={error} onRetry={() => window.location.reload()} />
    );
  }
}
