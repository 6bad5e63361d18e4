import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failed, Loading, Nothing } from './standing.tsx';

interface ListedProps<T> {
  readonly found: UseQueryResult<readonly T[]>;
  /** Said when there is none. */
  readonly none: { readonly title: string; readonly hint: string };
  readonly children: (items: readonly T[]) => ReactNode;
}

/** A short list in whichever of its states it is. */
export function Listed<T>({ found, none, children }: ListedProps<T>) {
  if (found.isPending) return <Loading />;
  if (found.isError) return <Failed error={found.error} onRetry={() => void found.refetch()} />;
  return found.data.length === 0 ? <Nothing {...none} /> : children(found.data);
}
