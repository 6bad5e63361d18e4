import { lazy, Suspense, useEffect, useState } from 'react';
import { credentials } from '../api/credentials.ts';
import { type User, UserContext } from '../api/session.ts';
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
  useEffect(() => credentials.onForgotten(() => setStanding({ is: 'out' })), []);
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

function render(standing: Standing, enter: (user: User) => void) {
  switch (standing.is) {
    case 'out':
      return <SignIn onSignedIn={enter} />;
    case 'setting-up':
      return <SetUp setupToken={standing.setupToken} onSetUp={enter} />;
    case 'invited':
      return <Invitation {...standing} onEntered={enter} />;
    case 'in':
      return (
        <UserContext value={standing.user}>
          <Frame />
        </UserContext>
      );
    case 'failed':
      return <Failed error={standing.error} onRetry={() => window.location.reload()} />;
  }
}
