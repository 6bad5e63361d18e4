import type { Endpoint } from '@doorbell/server/api';
import { useLanguage } from '../../../i18n/language.tsx';
import { Failed, Nothing } from '../../../parts/standing.tsx';
import { ConformanceCases } from './conformance-cases.tsx';
import { ConformanceConsent } from './conformance-consent.tsx';
import { ConformanceProgress } from './conformance-progress.tsx';
import { ConformanceVerdict } from './conformance-verdict.tsx';
import { useConformance } from './use-conformance.ts';

/** Runs the conformance kit against the endpoint, and shows each case as it is judged. */
export default function EndpointConformance({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useLanguage();
  const { run, begin, stop } = useConformance(endpoint.id);
  const { standing, report, error } = run;
  if (!endpoint.hasSignKey) {
    return (
      <section className="card">
        <Nothing title={t('conformance.unsigned')} hint={t('conformance.unsignedHint')} />
      </section>
    );
  }
  return (
    <>
      {standing !== 'running' && (
        <ConformanceConsent
          key={standing}
          endpoint={endpoint}
          isAgain={standing !== 'idle'}
          onBegin={begin}
        />
      )}
      {(standing === 'running' || standing === 'stopped') && <ConformanceProgress run={run} onStop={stop} />}
      {standing === 'broken' && (
        <section className="card">
          <Failed error={error ?? new Error(t('conformance.brokeOff'))} />
        </section>
      )}
      {report !== null && (
        <ConformanceVerdict endpointId={endpoint.id} report={report} results={run.results} />
      )}
      <ConformanceCases results={run.results} />
    </>
  );
}
