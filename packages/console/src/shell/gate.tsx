import { App as Messages } from 'antd';
import { useEffect, useState } from 'react';
import { credentials } from '../api/credentials.ts';
import { Frame } from './frame.tsx';
import { SignIn } from './sign-in.tsx';

/** Lets those who have signed in pass; shows the sign-in page to everybody else. */
export function Gate() {
  const [isIn, setIn] = useState(false);
  useEffect(() => credentials.onForgotten(() => setIn(false)), []);
  return <Messages>{isIn ? <Frame /> : <SignIn onSignedIn={() => setIn(true)} />}</Messages>;
}
