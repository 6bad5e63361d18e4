import { startTransition, useEffect, useState } from 'react';

/** False until what is ready has been on the screen for a frame: what is heavy and can wait is drawn after that. */
export function useIsPainted(isReady: boolean): boolean {
  const [isPainted, setPainted] = useState(false);
  useEffect(() => {
    if (!isReady) return;
    const frame = requestAnimationFrame(() => startTransition(() => setPainted(true)));
    return () => cancelAnimationFrame(frame);
  }, [isReady]);
  return isPainted;
}
