import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loading, Nothing, Unanswered } from './standing.tsx';

interface ListedProps<T> {
  readonly found: UseQueryResult<readonly T[]>;
  /** Said when there is none. */
  readonly none: { readonly title: string; readonly hint: string };
  readonly children: (items: readonly T[]) => ReactNode;
}

/** A short list in whichever of its states it is. */
export function Listed<T>({ found, none, children }: ListedProps<T>) {
  if (found.isPending) return <Loading />;
  if (found.data === undefined) return <Unanswered found={found} />;
  return (
    <>
      <Unanswered found={found} />
      {found.data.length === 0 ? <Nothing {...none} /> : children(found.data)}
    </>
  );
}
