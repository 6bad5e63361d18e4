import { Button, Progress } from 'antd';
import { useLanguage } from '../../../i18n/language.tsx';
import { ToneTag } from '../../../parts/tags.tsx';
import { countOutcomes } from './count-outcomes.ts';
import type { ConformanceRun } from './use-conformance.ts';

interface ConformanceProgressProps {
  readonly run: ConformanceRun;
  readonly onStop: () => void;
}

/** How far the run has come, with a way to stop it. */
export function ConformanceProgress({ run, onStop }: ConformanceProgressProps) {
  const { t } = useLanguage();
  const { start, results, standing } = run;
  const total = start?.cases.length ?? 0;
  const done = results.length;
  const { passed, failed, skipped } = countOutcomes(results);
  return (
    <section className="card">
      <Progress
        percent={total === 0 ? 0 : Math.floor((100 * done) / total)}
        showInfo={false}
        aria-label={t('conformance.progress')}
        status={standing === 'running' ? 'active' : 'normal'}
      />
      <div className="toolbar conformance-counts">
        <span>{total === 0 ? t('conformance.connecting') : t('conformance.done', { done, total })}</span>
        <ToneTag tone="good">{t('conformance.passed', { count: passed })}</ToneTag>
        <ToneTag tone={failed > 0 ? 'bad' : 'calm'}>{t('conformance.failed', { count: failed })}</ToneTag>
        <ToneTag tone="calm">{t('conformance.skipped', { count: skipped })}</ToneTag>
        <span className="grow" />
        {standing === 'running' ? (
          <Button danger onClick={onStop}>
            {t('conformance.stop')}
          </Button>
        ) : (
          <span role="status">{t('conformance.stopped')}</span>
        )}
      </div>
      {start !== null && <p className="dim small">{t('conformance.ids', { runId: start.runId })}</p>}
    </section>
  );
}
