import { PlusOutlined } from '@ant-design/icons';
import type { Endpoint } from '@doorbell/server/api';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useEndpoints } from '../../api/books.ts';
import { useMay } from '../../api/session.ts';
import { type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { EndpointCell } from '../../parts/endpoint-cell.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Loading, Nothing, Unanswered } from '../../parts/standing.tsx';
import { goTo } from '../../shell/place.ts';
import { EndpointStatus } from './endpoint-status.tsx';

const CreateEndpoint = lazy(() => import('./create-endpoint.tsx'));

export function EndpointList() {
  const { t } = useLanguage();
  const found = useEndpoints();
  const [isCreating, setCreating] = useState(false);
  const mayEdit = useMay('administer');
  const create = mayEdit && (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>
      {t('endpoint.create')}
    </Button>
  );
  return (
    <section className="card">
      {found.isPending && <Loading />}
      <Unanswered found={found} />
      {found.data?.length === 0 && (
        <Nothing title={t('endpoint.none')} hint={t('endpoint.noneHint')}>
          {create}
        </Nothing>
      )}
      {found.data !== undefined && found.data.length > 0 && (
        <>
          <div className="toolbar">
            <span className="grow" />
            {create}
          </div>
          <DataTable
            caption={t('menu.endpoints')}
            rows={found.data}
            rowKey={({ id }) => id}
            columns={columns(t)}
            onOpen={({ id }) => goTo(`/endpoints/${id}`)}
          />
        </>
      )}
      {isCreating && (
        <Suspense>
          <CreateEndpoint onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </section>
  );
}

function columns(t: Translate): readonly Column<Endpoint>[] {
  return [
    {
      key: 'id',
      width: 130,
      title: t('field.endpoint'),
      render: ({ id, customerId }) => <EndpointCell endpointId={id} customerId={customerId} />,
    },
    {
      key: 'status',
      title: t('endpoint.status'),
      render: (endpoint) => <EndpointStatus endpoint={endpoint} />,
    },
    { key: 'url', title: 'URL', width: 220, render: ({ url }) => <code className="url-cell">{url}</code> },
    { key: 'signing', title: t('endpoint.signing'), render: (endpoint) => signingOf(endpoint, t) },
    {
      key: 'updated',
      title: t('endpoint.updated'),
      render: ({ updatedAt }) => <Moment at={updatedAt} />,
    },
  ];
}

export function signingOf({ hasSignKey, hasWebhookSecret }: Endpoint, t: Translate): string {
  const ways = [...(hasSignKey ? ['MD5'] : []), ...(hasWebhookSecret ? ['HMAC-SHA256'] : [])];
  return ways.length === 0 ? t('endpoint.unsigned') : ways.join(' + ');
}
