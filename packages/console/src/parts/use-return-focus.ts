import { useEffect, useState } from 'react';

/** When what uses it goes away, the focus goes back to what had it before: those who work by keyboard keep their place. */
export function useReturnFocus(): void {
  // At the first drawing: dialogs take the focus as soon as they stand.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    },
    [before],
  );
}
