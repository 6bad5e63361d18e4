import type { ReactNode } from 'react';
import { usePlace } from '../shell/place.ts';
import { Link } from './link.tsx';

interface Tab {
  readonly key: string;
  readonly label: string;
  readonly children: ReactNode;
}

/** Parts of a page, each with an address of its own (`?tab=`); the first one has none. */
export function TabLinks({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  const { path, query } = usePlace();
  const current = tabs.find(({ key }) => key === query.get('tab')) ?? tabs[0];
  return (
    <>
      <nav className="tab-links" aria-label={label}>
        {tabs.map((tab, index) => (
          <Link key={tab.key} to={index === 0 ? path : `${path}?tab=${tab.key}`} isCurrent={tab === current}>
            {tab.label}
          </Link>
        ))}
      </nav>
      {current?.children}
    </>
  );
}
