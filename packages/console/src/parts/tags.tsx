import { findTaskState, responseStates } from '@doorbell/contract';
import type { Attempt, Notification } from '@doorbell/server/api';
import { textOfCode, useLanguage } from '../i18n/language.tsx';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

interface ToneTagProps {
  readonly tone: Tone;
  readonly children: string;
  readonly title?: string;
}

export function ToneTag({ tone, children, title }: ToneTagProps) {
  return (
    <span className={`tone-tag tone-${tone}`} title={title}>
      {children}
    </span>
  );
}

const resultTones: readonly Tone[] = ['busy', 'good', 'bad', 'bad', 'calm'];

/** What became of a notification; a pending one says what it waits for. */
export function ResultTag({
  notification,
}: {
  readonly notification: Pick<Notification, 'result' | 'waiting'>;
}) {
  const { language, t } = useLanguage();
  const { result, waiting } = notification;
  if (result === 0 && waiting !== null) {
    const isStuck = ['endpoint-paused', 'parked-task', 'breaker'].includes(waiting.for);
    const tone = isStuck || waiting.for === 'retry' ? 'warn' : 'busy';
    return <ToneTag tone={tone}>{textOfCode(language, 'waiting', waiting.for)}</ToneTag>;
  }
  return <ToneTag tone={resultTones[result] ?? 'calm'}>{t(resultKeys[result])}</ToneTag>;
}

export const resultKeys = ['result.0', 'result.1', 'result.2', 'result.3', 'result.4'] as const;

const outcomeTones: Readonly<Record<Attempt['outcome'], Tone>> = {
  accepted: 'good',
  refused: 'bad',
  retry: 'warn',
  misconfigured: 'bad',
};

export function OutcomeTag({ outcome }: { readonly outcome: Attempt['outcome'] }) {
  const { language } = useLanguage();
  return <ToneTag tone={outcomeTones[outcome]}>{textOfCode(language, 'outcome', outcome)}</ToneTag>;
}

/** The number and the name: `50000 已完成`. */
export function StateLabel({ code }: { readonly code: number }) {
  const name = useStateName()(code);
  return (
    <span className="state-label" title={`${code} ${name}`}>
      <code>{code}</code> {name}
    </span>
  );
}

export function useStateName(): (code: number) => string {
  const { language } = useLanguage();
  return (code) => findTaskState(code)?.[language] ?? '';
}

/** The HTTP status apart from the envelope's state: a page of 200 may well hold a state of 500. */
export function HttpStatus({ status }: { readonly status: number | null | undefined }) {
  const { t } = useLanguage();
  if (status === null || status === undefined) return <span className="dim">{t('attempt.noAnswer')}</span>;
  const tone = status < 300 ? 'good' : status < 500 ? 'warn' : 'bad';
  return <span className={`number tone-text-${tone}`}>{status}</span>;
}

export function ResponseState({ state }: { readonly state: number | null | undefined }) {
  const { language, t } = useLanguage();
  if (state === null || state === undefined) return <span className="dim">{t('attempt.noState')}</span>;
  const name = responseStates.find(({ code }) => code === state)?.[language] ?? '';
  return (
    <span className={`number tone-text-${state === 200 ? 'good' : 'bad'}`} title={name}>
      {state}
    </span>
  );
}
