import { App as Messages } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { credentials } from '../api/credentials.ts';
import { findSession, type User, UserContext } from '../api/session.ts';
import { Failed, Loading } from '../parts/standing.tsx';
import { Frame } from './frame.tsx';
import { enterByLink, Invitation } from './invitation.tsx';
import { SignIn } from './sign-in.tsx';

/** Needed once in the life of an installation. */
const SetUp = lazy(() => import('./set-up.tsx'));

type Standing =
  | { readonly is: 'asking' }
  | { readonly is: 'out' }
  | { readonly is: 'setting-up'; readonly setupToken: string }
  | { readonly is: 'invited'; readonly linkToken: string; readonly user: User }
  | { readonly is: 'in'; readonly user: User }
  | { readonly is: 'failed'; readonly error: unknown };

/** Lets those who have signed in pass; shows the sign-in page to everybody else. */
export function Gate() {
  const [standing, setStanding] = useState<Standing>({ is: 'asking' });
  useEffect(() => credentials.onForgotten(() => setStanding({ is: 'out' })), []);
  useEffect(() => {
    findStanding().then(setStanding, (error: unknown) => setStanding({ is: 'failed', error }));
  }, []);
  const enter = (user: User) => setStanding({ is: 'in', user });
  return <Messages>{render(standing, enter)}</Messages>;
}

function render(standing: Standing, enter: (user: User) => void) {
  switch (standing.is) {
    case 'asking':
      return <Loading />;
    case 'out':
      return <SignIn onSignedIn={enter} />;
    case 'setting-up':
      return (
        <Suspense fallback={<Loading />}>
          <SetUp setupToken={standing.setupToken} onSetUp={enter} />
        </Suspense>
      );
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

/** A customer's link and the set-up link carry their token behind the #, which no log and no other server sees. */
async function findStanding(): Promise<Standing> {
  const { pathname, hash } = window.location;
  const token = hash.slice(1);
  if (pathname === '/portal' && token !== '') {
    // Never in the place of somebody who has signed in already, unless they say so: anybody can have them follow a link.
    const present = await findSession();
    if (present !== undefined) return { is: 'invited', linkToken: token, user: present };
    return { is: 'in', user: await enterByLink(token) };
  }
  if (pathname === '/setup' && token !== '') return { is: 'setting-up', setupToken: token };
  const user = await findSession();
  return user === undefined ? { is: 'out' } : { is: 'in', user };
}
