import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { credentials } from '../api/credentials.ts';
import { onSessionElsewhere, type User, UserContext } from '../api/session.ts';
import { Failed } from '../parts/standing.tsx';
import type { Standing } from './find-standing.ts';
import { Frame } from './frame.tsx';
import { Splash } from './splash.tsx';
import { Toasts } from './toasts.tsx';

// Most visits are of somebody who has signed in.
const SignIn = lazy(() => import('./sign-in.tsx'));
const Invitation = lazy(() => import('./invitation.tsx'));
const SetUp = lazy(() => import('./set-up.tsx'));

/** Lets those who have signed in pass; shows the sign-in page to everybody else. */
export function Gate({ found }: { readonly found: Promise<Standing> }) {
  const [standing, setStanding] = useState<Standing | null>(null);
  const current = useRef(standing);
  current.current = standing;
  const queries = useQueryClient();
  useEffect(() => {
    // What one of them has seen is not for the next, who may be allowed less.
    const show = (next: Standing) => {
      queries.clear();
      setStanding(next);
    };
    const stopForgotten = credentials.onForgotten((why) => show({ is: 'out', isOver: why === 'over' }));
    const stopElsewhere = onSessionElsewhere((user) => {
      if (user === undefined) show({ is: 'out', isOver: false });
      // The same person goes on with what is open here.
      else if (keyOf(current.current) !== keyOf({ is: 'in', user })) show({ is: 'in', user });
    });
    return () => {
      stopForgotten();
      stopElsewhere();
    };
  }, [queries]);
  useEffect(() => {
    found.then(setStanding, (error: unknown) => setStanding({ is: 'failed', error }));
  }, [found]);
  const enter = (user: User) => setStanding({ is: 'in', user });
  return (
    <>
      <Toasts />
      <Suspense fallback={<Splash />}>{standing === null ? <Splash /> : render(standing, enter)}</Suspense>
    </>
  );
}

/** Who is in, and as what. */
function keyOf(standing: Standing | null): string | null {
  return standing?.is === 'in' ? `${standing.user.role} ${standing.user.name}` : null;
}

function render(standing: Standing, enter: (user: User) => void) {
  switch (standing.is) {
    case 'out':
      return <SignIn isOver={standing.isOver} onSignedIn={enter} />;
    case 'setting-up':
      return <SetUp setupToken={standing.setupToken} onSetUp={enter} />;
    case 'invited':
      return <Invitation {...standing} onEntered={enter} />;
    case 'in':
      return (
        <UserContext value={standing.user}>
          <Frame key={keyOf(standing)} />
        </UserContext>
      );
    case 'failed':
      return <Failed error={standing.error} onRetry={() => window.location.reload()} />;
  }
}
