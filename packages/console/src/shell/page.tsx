import { type ComponentType, lazy, useState } from 'react';

/** A page whose script is loaded when somebody comes near it. */
export interface LazyPage {
  readonly Page: ComponentType;
  /** Loads the script, once. A failure is shown when the page is opened. */
  load(): void;
}

export function lazyPage(importPage: () => Promise<{ readonly default: ComponentType }>): LazyPage {
  let Loaded: ComponentType | undefined;
  const open = async () => {
    const page = await importPage();
    Loaded = page.default;
    return page;
  };
  const Lazy = lazy(open);
  return {
    load: () => void open().catch(() => undefined),
    Page: function Page() {
      // React's own lazy component shows its fallback once even when the script is there already.
      const [Shown] = useState(() => Loaded ?? Lazy);
      return <Shown />;
    },
  };
}
