import type { MouseEvent, ReactNode } from 'react';
import { goTo } from '../shell/place.ts';

interface LinkProps {
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly isCurrent?: boolean;
  readonly onFollow?: () => void;
  /** The pointer or the focus is on it: it may be followed in a moment. */
  readonly onNear?: () => void;
}

/** A real link, which other buttons of the mouse and the keyboard treat as one, that stays within the page. */
export function Link({ to, children, className, isCurrent, onFollow, onNear }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow?.();
    goTo(to);
  };
  return (
    <a
      href={to}
      className={className}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={follow}
      onPointerEnter={onNear}
      onFocus={onNear}
    >
      {children}
    </a>
  );
}
