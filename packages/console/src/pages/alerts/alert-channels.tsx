import { PlusOutlined } from '@ant-design/icons';
import type { AlertChannel } from '@doorbell/server/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Popconfirm } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ToneTag } from '../../parts/tags.tsx';
import { toast } from '../../parts/toast.ts';
import { useEdit } from '../../parts/use-edit.ts';

const ChannelDialog = lazy(() => import('./channel-dialog.tsx'));

interface Tested {
  readonly ok: boolean;
  readonly detail: string;
}

/** Where alerts are sent: the list, and what one does to a channel. */
export function AlertChannels() {
  const { t } = useLanguage();
  const [edited, setEdited] = useState<AlertChannel | 'new' | null>(null);
  const actions = useChannelActions();
  const { test } = actions;
  const found = useQuery({
    queryKey: ['alert-channels'],
    queryFn: async ({ signal }) =>
      (await callApi<{ items: AlertChannel[] }>('/alert-channels', { signal })).items,
  });
  return (
    <section className="card">
      <div className="toolbar">
        <span className="grow dim">{t('channel.hint')}</span>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited('new')}>
          {t('channel.new')}
        </Button>
      </div>
      {test.data !== undefined && (
        <Alert
          showIcon
          type={test.data.ok ? 'success' : 'error'}
          title={t(test.data.ok ? 'channel.testOk' : 'channel.testFailed', {
            id: test.variables ?? '',
            detail: test.data.detail,
          })}
        />
      )}
      <Listed found={found} none={{ title: t('channel.empty'), hint: t('channel.emptyHint') }}>
        {(channels) => (
          <DataTable
            caption={t('alert.channels')}
            rows={channels}
            rowKey={({ id }) => id}
            columns={columns(t, actions, setEdited)}
          />
        )}
      </Listed>
      <Suspense>
        {edited !== null && (
          <ChannelDialog channel={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
        )}
      </Suspense>
    </section>
  );
}

function useChannelActions() {
  const { t } = useLanguage();
  const queries = useQueryClient();
  const edit = useEdit();
  const test = useMutation({
    mutationFn: (id: string) => callApi<Tested>(`/alert-channels/${id}/test`, { method: 'POST', body: {} }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['alert-channels'] }),
    onError: (error) => toast.bad(error.message),
  });
  const remove = (id: string) =>
    edit.mutate({ path: `/alert-channels/${id}`, method: 'DELETE', done: t('channel.deleted') });
  return { test, remove };
}

function columns(
  t: Translate,
  { test, remove }: ReturnType<typeof useChannelActions>,
  onEdit: (channel: AlertChannel) => void,
): readonly Column<AlertChannel>[] {
  return [
    {
      key: 'id',
      title: t('channel.id'),
      render: ({ id, enabled }) => (
        <span>
          <strong>{id}</strong> {!enabled && <ToneTag tone="calm">{t('channel.disabled')}</ToneTag>}
        </span>
      ),
    },
    {
      key: 'kind',
      title: t('channel.kind'),
      render: ({ kind, origin }) => (
        <span className="two-lines">
          <span>{t(`channel.${kind}`)}</span>
          <span className="dim small">{origin}</span>
        </span>
      ),
    },
    {
      key: 'on',
      title: t('channel.on'),
      width: 200,
      render: ({ on }) => on.map((kind) => t(`alert.${kind}`)).join(' · ') || <span className="dim">–</span>,
    },
    {
      key: 'lastSent',
      title: t('channel.lastSent'),
      render: ({ lastSentAt }) =>
        lastSentAt === null ? <span className="dim">{t('channel.never')}</span> : <Moment at={lastSentAt} />,
    },
    {
      key: 'lastFailure',
      title: t('channel.lastFailure'),
      width: 200,
      render: ({ lastFailedAt, lastFailure }) =>
        lastFailedAt === null ? (
          <span className="dim">{t('channel.never')}</span>
        ) : (
          <span className="two-lines">
            <Moment at={lastFailedAt} />
            <span className="dim small">{lastFailure}</span>
          </span>
        ),
    },
    {
      key: 'actions',
      title: t('field.actions'),
      render: (channel) => (
        <span className="toolbar">
          <Button
            size="small"
            loading={test.isPending && test.variables === channel.id}
            onClick={() => test.mutate(channel.id)}
          >
            {t('channel.test')}
          </Button>
          <Button size="small" onClick={() => onEdit(channel)}>
            {t('channel.edit')}
          </Button>
          <Popconfirm
            title={t('channel.deleteConfirm', { id: channel.id })}
            okText={t('channel.delete')}
            cancelText={t('action.cancel')}
            okButtonProps={{ danger: true }}
            onConfirm={() => remove(channel.id)}
          >
            <Button size="small">{t('channel.delete')}</Button>
          </Popconfirm>
        </span>
      ),
    },
  ];
}
