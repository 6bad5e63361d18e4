import type { ConformanceCaseResult } from '@doorbell/server/api';
import { type ReactNode, useState } from 'react';
import { textOfCode, useLanguage } from '../../../i18n/language.tsx';
import { type Tone, ToneTag } from '../../../parts/tags.tsx';
import { useCaseWords } from './case-words.ts';
import { countOutcomes } from './count-outcomes.ts';

/** The cases by group, in the order of the run; groups and cases that failed stand open. */
export function ConformanceCases({ results }: { readonly results: readonly ConformanceCaseResult[] }) {
  const wordsOf = useCaseWords();
  return [...Map.groupBy(results, ({ group }) => group)].map(([group, ofGroup]) => (
    <CaseGroup
      key={group}
      group={group}
      results={ofGroup.map((result) => ({ ...result, ...wordsOf(result) }))}
    />
  ));
}

interface CaseGroupProps {
  readonly group: string;
  readonly results: readonly ConformanceCaseResult[];
}

function CaseGroup({ group, results }: CaseGroupProps) {
  const { t, language } = useLanguage();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const { passed, failed, skipped } = countOutcomes(results);
  const isOpen = chosen ?? failed > 0;
  return (
    <details className="attempt conformance-group" open={isOpen}>
      {/* The click alone is the reader's choice; a toggle also tells of groups that open themselves. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is a button, for the keyboard, too. */}
      <summary
        onClick={(event) => {
          event.preventDefault();
          setChosen(!isOpen);
        }}
      >
        <span className="attempt-title">{textOfCode(language, 'caseGroup', group)}</span>
        <ToneTag tone="good">{t('conformance.passed', { count: passed })}</ToneTag>
        {failed > 0 && <ToneTag tone="bad">{t('conformance.failed', { count: failed })}</ToneTag>}
        {skipped > 0 && <ToneTag tone="calm">{t('conformance.skipped', { count: skipped })}</ToneTag>}
      </summary>
      {isOpen && (
        <ul className="conformance-list">
          {results.map((result) => (
            <li key={result.id}>
              <Case result={result} />
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

const tones: Readonly<Record<ConformanceCaseResult['outcome'], Tone>> = {
  passed: 'good',
  failed: 'bad',
  skipped: 'calm',
};

function Case({ result }: { readonly result: ConformanceCaseResult }) {
  const { t } = useLanguage();
  const { id, level, outcome, why, detail, durationMs } = result;
  const head = (
    <>
      <ToneTag tone={tones[outcome]}>{t(`caseOutcome.${outcome}`)}</ToneTag>
      <span className="dim">{t(`level.${level}`)}</span>
      <code>{id}</code>
      <span className="grow">{why}</span>
      {outcome !== 'skipped' && <span className="number dim">{durationMs} ms</span>}
    </>
  );
  if (outcome === 'failed') return <FailedCase result={result}>{head}</FailedCase>;
  return (
    <div className="conformance-case">
      {head}
      {outcome === 'skipped' && <p className="dim small">{detail}</p>}
    </div>
  );
}

interface FailedCaseProps {
  readonly result: ConformanceCaseResult;
  readonly children: ReactNode;
}

/** What was wrong, how to mend it, and what was sent and came back. */
function FailedCase({ result, children }: FailedCaseProps) {
  const { t } = useLanguage();
  const { sends, accepts, detail, hint, exchanges } = result;
  return (
    <details className="conformance-failed" open>
      <summary className="conformance-case">{children}</summary>
      <dl className="pairs">
        <div>
          <dt>{t('conformance.found')}</dt>
          <dd className="tone-text-bad">{detail}</dd>
        </div>
        <div>
          <dt>{t('conformance.mend')}</dt>
          <dd>
            <strong>{hint}</strong>
          </dd>
        </div>
        <div>
          <dt>{t('conformance.sent')}</dt>
          <dd>{sends}</dd>
        </div>
        <div>
          <dt>{t('conformance.accepted')}</dt>
          <dd>{accepts}</dd>
        </div>
      </dl>
      {exchanges.map(({ request, answer, durationMs }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they neither move nor change.
        <div className="exchange" key={index}>
          <section className="piece">
            <h4>{t('attempt.request')}</h4>
            <pre>{request}</pre>
          </section>
          <section className="piece">
            <h4>
              {t('attempt.response')} <span className="number dim">{durationMs} ms</span>
            </h4>
            <pre>{answer}</pre>
          </section>
        </div>
      ))}
    </details>
  );
}
