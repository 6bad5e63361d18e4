import { DownloadOutlined } from '@ant-design/icons';
import type { ConformanceCaseResult, ConformanceSummary } from '@doorbell/server/api';
import { Button } from 'antd';
import { useLanguage } from '../../../i18n/language.tsx';
import { downloadText } from '../../../parts/download-text.ts';
import type { Tone } from '../../../parts/tags.tsx';
import { useDetailWords } from './case-words.ts';

interface ConformanceVerdictProps {
  readonly endpointId: string;
  readonly report: ConformanceSummary;
  readonly results: readonly ConformanceCaseResult[];
}

const tones: Readonly<Record<NonNullable<ConformanceSummary['grade']>, Tone>> = {
  A: 'good',
  B: 'good',
  C: 'good',
  D: 'warn',
  F: 'bad',
};
const levels = ['must', 'should', 'hardened'] as const;

/** The grade, what it means, the counts, and the report as files. */
export function ConformanceVerdict({ endpointId, report, results }: ConformanceVerdictProps) {
  const { t } = useLanguage();
  const sayDetail = useDetailWords();
  const { junit, ...summary } = report;
  const { grade, counts, runId, durationMs } = report;
  const name = `conformance-${endpointId}-${runId}`;
  return (
    <section className="card conformance-verdict" role="status">
      <span className={`conformance-grade tone-${grade === null ? 'calm' : tones[grade]}`}>
        {grade ?? '–'}
      </span>
      <div className="grow">
        <h2>{t(verdictKey(report), { count: counts.must.failed })}</h2>
        {report.detail !== null && <p>{sayDetail(report.detail)}</p>}
        {grade !== null && <p className="dim">{t(`grade.${grade}`)}</p>}
        <dl className="pairs">
          {levels.map((level) => (
            <div key={level}>
              <dt>{t(`level.${level}`)}</dt>
              <dd>{t('conformance.levelCounts', { ...counts[level] })}</dd>
            </div>
          ))}
        </dl>
        <p className="dim small">
          {t('conformance.took', { seconds: (durationMs / 1_000).toFixed(1) })}{' '}
          {t('conformance.ids', { runId })}
        </p>
      </div>
      <div className="conformance-files">
        <Button
          icon={<DownloadOutlined aria-hidden />}
          onClick={() =>
            downloadText(`${name}.json`, 'application/json', JSON.stringify({ ...summary, results }, null, 2))
          }
        >
          JSON
        </Button>
        <Button
          icon={<DownloadOutlined aria-hidden />}
          onClick={() => downloadText(`${name}.xml`, 'application/xml', junit)}
        >
          JUnit
        </Button>
      </div>
    </section>
  );
}

function verdictKey({ endpoint, ended, conforms }: ConformanceSummary) {
  if (endpoint === 'unreachable') return 'conformance.unreachable';
  if (ended) return 'conformance.ended';
  if (endpoint === 'went-away') return 'conformance.wentAway';
  return conforms ? 'conformance.conforms' : 'conformance.conformsNot';
}
