import type { ReactNode } from 'react';
import { Switches } from './switches.tsx';

interface SignInCardProps {
  readonly motto: string;
  readonly children: ReactNode;
}

/** What those see who are not in yet. */
export function SignInCard({ motto, children }: SignInCardProps) {
  return (
    <main className="sign-in">
      <div className="sign-in-switches">
        <Switches />
      </div>
      <section className="sign-in-card">
        <img src="/bell.svg" alt="" width={48} height={48} />
        <h1>Doorbell</h1>
        <p>{motto}</p>
        {children}
      </section>
    </main>
  );
}
