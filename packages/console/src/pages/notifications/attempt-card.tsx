import type { Attempt } from '@doorbell/server/api';
import { type ReactNode, useState } from 'react';
import { useLanguage } from '../../i18n/language.tsx';
import { Exchange } from '../../parts/exchange.tsx';
import { Moment } from '../../parts/moment.tsx';
import { reasonText } from '../../parts/reason-text.ts';
import { HttpStatus, OutcomeTag, ResponseState } from '../../parts/tags.tsx';

interface AttemptCardProps {
  readonly attempt: Attempt;
  readonly isOpenAtFirst: boolean;
  /** What can be done with this attempt, below its judgement. */
  readonly children?: ReactNode;
}

export function AttemptCard({ attempt, isOpenAtFirst, children }: AttemptCardProps) {
  const { t, language } = useLanguage();
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const { number, post, at, durationMs, outcome, reason, detail, response, fenced } = attempt;
  // What was answered stands below; of a request without an answer the sender's own words may say more.
  const isTold = language === 'zh' && response.httpStatus !== null;
  return (
    <details className="attempt" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="attempt-title">{t('attempt.title', { number })}</span>
        <OutcomeTag outcome={outcome} />
        <Moment at={at} withMs />
        <span className="number">{durationMs} ms</span>
        <span>
          HTTP <HttpStatus status={response.httpStatus} />
        </span>
        <span>
          state <ResponseState state={response.state} />
        </span>
        {post === 2 && <span className="dim">{t('attempt.previousKey')}</span>}
        {fenced && <span className="dim">{t('attempt.fenced')}</span>}
      </summary>
      <p className="judged">
        <strong>{reasonText(language, reason)}</strong>
        <span className="dim">
          <code title={detail}>{reason}</code> {isTold ? null : detail}
        </span>
      </p>
      {children}
      {isOpen && <Exchange attempt={attempt} />}
    </details>
  );
}
