import { ArrowLeftOutlined } from '@ant-design/icons';
import type { Endpoint } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { CustomerName } from '../../parts/customer-name.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Link } from '../../parts/link.tsx';
import { Moment, showLocal } from '../../parts/moment.tsx';
import { Loading, Unanswered } from '../../parts/standing.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { EndpointActions } from './endpoint-actions.tsx';
import { EndpointHealth } from './endpoint-health.tsx';
import { signingOf } from './endpoint-list.tsx';
import { EndpointStatus, StandstillReason } from './endpoint-status.tsx';
import { EndpointTest } from './endpoint-test.tsx';
import { Undelivered } from './undelivered.tsx';

const EndpointForm = lazy(() => import('./endpoint-form.tsx'));
const EndpointConformance = lazy(() => import('./conformance/endpoint-conformance.tsx'));

export function EndpointView({ endpointId }: { readonly endpointId: string }) {
  const { t } = useLanguage();
  const found = useQuery({
    queryKey: ['endpoint', endpointId],
    queryFn: ({ signal }) => callApi<Endpoint>(`/endpoints/${encodeURIComponent(endpointId)}`, { signal }),
    refetchInterval: 5_000,
  });
  return (
    <>
      <p className="back">
        <Link to="/endpoints">
          <ArrowLeftOutlined aria-hidden /> {t('endpoint.back')}
        </Link>
      </p>
      {found.isPending && <Loading />}
      <Unanswered found={found} />
      {found.data && (
        <>
          <EndpointHead endpoint={found.data} />
          <EndpointTabs endpoint={found.data} />
        </>
      )}
    </>
  );
}

function EndpointHead({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useLanguage();
  return (
    <section className="card">
      <div className="toolbar">
        <h2 className="object-name">{endpoint.id}</h2>
        <EndpointStatus endpoint={endpoint} />
        <span className="grow" />
        <EndpointActions endpoint={endpoint} />
      </div>
      <StandstillReason endpoint={endpoint} />
      {endpoint.pause !== null && <p className="remedy">{t(`pause.do.${endpoint.pause.reason}`)}</p>}
      <dl className="facts">
        <Fact name={t('field.customer')}>
          <CustomerName id={endpoint.customerId} />
        </Fact>
        <Fact name="URL">
          <Copyable text={endpoint.url} />
        </Fact>
        <Fact name={t('endpoint.signing')}>
          {signingOf(endpoint, t)}{' '}
          {endpoint.rotatingUntil !== null && (
            <span className="dim">{t('endpoint.rotating', { at: showLocal(endpoint.rotatingUntil) })}</span>
          )}
        </Fact>
        <Fact name={t('endpoint.updated')}>
          <Moment at={endpoint.updatedAt} />
        </Fact>
      </dl>
    </section>
  );
}

function EndpointTabs({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useLanguage();
  const mayOperate = useMay('operate');
  const tabs = [
    { key: 'health', label: t('tab.health'), children: <EndpointHealth endpointId={endpoint.id} /> },
    { key: 'undelivered', label: t('tab.undelivered'), children: <Undelivered endpointId={endpoint.id} /> },
    ...(mayOperate
      ? [
          { key: 'test', label: t('tab.test'), children: <EndpointTest endpointId={endpoint.id} /> },
          {
            key: 'conformance',
            label: t('tab.conformance'),
            children: (
              <Suspense fallback={<Loading />}>
                <EndpointConformance key={endpoint.id} endpoint={endpoint} />
              </Suspense>
            ),
          },
        ]
      : []),
    {
      key: 'settings',
      label: t('tab.settings'),
      children: (
        <section className="card">
          <Suspense fallback={<Loading />}>
            <EndpointForm endpoint={endpoint} />
          </Suspense>
        </section>
      ),
    },
  ];
  return <TabLinks label={endpoint.id} tabs={tabs} />;
}
