import type { Overview } from '@doorbell/server/api';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { DeliveryCharts } from '../../parts/charts/delivery-charts.tsx';
import { CustomerSelect } from '../../parts/customer-select.tsx';
import { readSpan, spanQuery, spans } from '../../parts/span.ts';
import { Loading, Unanswered } from '../../parts/standing.tsx';
import { setQuery, usePlace } from '../../shell/place.ts';
import { KeyFigures } from './key-figures.tsx';
import { Troubles } from './troubles.tsx';

const refreshMs = 10_000;

export default function OverviewPage() {
  const { query } = usePlace();
  const span = readSpan(query.get('span'));
  const customerId = query.get('customerId');
  const found = useQuery({
    queryKey: ['overview', span, customerId],
    queryFn: ({ signal }) =>
      callApi<Overview>('/overview', { query: { ...spanQuery(span), customerId }, signal }),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <Scope />
      {found.isPending && <Loading rows={12} />}
      <Unanswered found={found} />
      {found.data && (
        <>
          <KeyFigures overview={found.data} />
          <DeliveryCharts
            buckets={found.data.buckets}
            bucketMs={found.data.bucketMs}
            scope={customerId === null ? {} : { customerId }}
          />
          <Troubles troubles={found.data.endpointsInTrouble} />
        </>
      )}
    </>
  );
}

function Scope() {
  const { t } = useLanguage();
  const { query } = usePlace();
  return (
    <div className="toolbar">
      <Select
        aria-label={t('span.label')}
        value={readSpan(query.get('span'))}
        options={spans.map((value) => ({ value, label: t(`span.${value}`) }))}
        onChange={(value) => setQuery({ span: value === 'hour' ? null : value })}
      />
      <CustomerSelect
        allowClear
        className="customer-select"
        aria-label={t('field.customer')}
        placeholder={t('task.anyCustomer')}
        value={query.get('customerId')}
        onChange={(value) => setQuery({ customerId: value ?? null })}
      />
    </div>
  );
}
