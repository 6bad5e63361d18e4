import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/api-problem.ts';
import { type Translate, useLanguage } from '../i18n/language.tsx';

// The four states in which a page has nothing to show, each with a look of its own.

export function Loading({ rows = 6 }: { readonly rows?: number }) {
  const { t } = useLanguage();
  return (
    <div className="standing-loading" role="status" aria-label={t('standing.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they neither move nor change.
        <span key={index} className="loading-line" />
      ))}
    </div>
  );
}

export function Failed({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useLanguage();
  return (
    <Standing kind="failed" {...wordsOf(error, t)}>
      {onRetry && <Button onClick={onRetry}>{t('action.retry')}</Button>}
    </Standing>
  );
}

interface UnansweredProps {
  readonly found: Pick<UseQueryResult, 'error' | 'data' | 'refetch'>;
}

/** Why a question has no answer. Where an earlier answer is still shown, one line above it, so that nobody loses their place. */
export function Unanswered({ found }: UnansweredProps) {
  const { t } = useLanguage();
  if (found.error === null) return null;
  const onRetry = () => void found.refetch();
  if (found.data === undefined) return <Failed error={found.error} onRetry={onRetry} />;
  const { title, hint = title } = wordsOf(found.error, t);
  return (
    <p className="standstill outdated" role="alert">
      {t('standing.outdated', { why: hint.replace(/[。.]$/, '') })}
      <Button size="small" onClick={onRetry}>
        {t('action.retry')}
      </Button>
    </p>
  );
}

/** What browsers say, each in its own way, when a piece of the console could not be fetched. */
const isUnloaded = (message: string) => /dynamically imported module|module script/i.test(message);

function wordsOf(error: unknown, t: Translate): Pick<StandingProps, 'title' | 'hint'> {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof ApiProblem ? error.status : null;
  if (status === 0) return { title: message };
  if (status === 403) return { title: t('standing.forbidden'), hint: message };
  if (status === 404) return { title: message };
  if (isUnloaded(message)) return { title: t('standing.unloaded'), hint: t('standing.unloadedHint') };
  return { title: t('standing.failed'), hint: message };
}

/** There is something, but nothing that the filter lets through. */
export function NoMatch({ onReset }: { readonly onReset: () => void }) {
  const { t } = useLanguage();
  return (
    <Standing kind="no-match" title={t('standing.noMatch')} hint={t('standing.noMatchHint')}>
      <Button onClick={onReset}>{t('action.resetFilter')}</Button>
    </Standing>
  );
}

interface NothingProps {
  readonly title: string;
  readonly hint?: string;
  readonly children?: ReactNode;
}

/** There is nothing yet at all, and the hint says how that changes. */
export function Nothing({ title, hint, children }: NothingProps) {
  return (
    <Standing kind="nothing" title={title} hint={hint}>
      {children}
    </Standing>
  );
}

interface StandingProps {
  readonly kind: 'failed' | 'no-match' | 'nothing';
  readonly title: string;
  readonly hint?: string | undefined;
  readonly children?: ReactNode;
}

function Standing({ kind, title, hint, children }: StandingProps) {
  return (
    <div className={`standing standing-${kind}`} role={kind === 'failed' ? 'alert' : 'status'}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        {pictures[kind]}
      </svg>
      <p className="standing-title">{title}</p>
      {hint !== undefined && <p className="standing-hint">{hint}</p>}
      {children}
    </div>
  );
}

const pictures = {
  failed: <path d="M32 8 58 54H6zM32 26v14m0 6v2" />,
  'no-match': <path d="M27 8a19 19 0 1 0 0 38 19 19 0 0 0 0-38m14 33 15 15M20 27h14" />,
  nothing: <path d="M8 34 16 14h32l8 20v18H8zm0 0h14c0 6 4 10 10 10s10-4 10-10h14" />,
};
