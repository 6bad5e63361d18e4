import { PlusOutlined } from '@ant-design/icons';
import type { PortalLink } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { clock } from '../../clock.ts';
import { type Translate, useLanguage } from '../../i18n/language.tsx';
import { CustomerSelect } from '../../parts/customer-select.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { ToneTag } from '../../parts/tags.tsx';
import { useEdit } from '../../parts/use-edit.ts';

const dayMs = 86_400_000;
const lifetimes = [
  ['access.day', dayMs],
  ['access.week', 7 * dayMs],
  ['access.month', 30 * dayMs],
] as const;

/** Links that let a customer see its own endpoints, and nothing else. */
export function PortalLinks() {
  const { t } = useLanguage();
  const edit = useEdit();
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ['portal-links'],
    queryFn: async ({ signal }) =>
      (await callApi<{ items: PortalLink[] }>('/portal-links', { signal })).items,
  });
  const revoke = (id: string) =>
    edit.mutate({ path: `/portal-links/${id}`, method: 'DELETE', done: t('access.revoked') });
  return (
    <section className="card">
      <div className="toolbar">
        <span className="grow dim">{t('access.linkHint')}</span>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>
          {t('access.newLink')}
        </Button>
      </div>
      <Listed found={found} none={{ title: t('access.noLinks'), hint: t('access.noLinksHint') }}>
        {(links) => (
          <DataTable
            caption={t('access.links')}
            rows={links}
            rowKey={({ id }) => id}
            columns={columns(t, revoke)}
          />
        )}
      </Listed>
      {isCreating && (
        <LinkDialog
          onClose={() => setCreating(false)}
          onCreated={(url) => {
            setCreating(false);
            setCreated(new URL(url, window.location.href).href);
          }}
        />
      )}
      {created !== null && (
        <ShownOnce title={t('access.newLink')} secret={created} onClose={() => setCreated(null)} />
      )}
    </section>
  );
}

interface LinkDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (url: string) => void;
}

function LinkDialog({ onClose, onCreated }: LinkDialogProps) {
  const { t } = useLanguage();
  const create = useEdit<{ url: string }>();
  return (
    <Dialog title={t('access.newLink')} onCancel={onClose}>
      <Form
        layout="vertical"
        initialValues={{ expiresInMs: 7 * dayMs }}
        onFinish={(body) =>
          create.mutate(
            { path: '/portal-links', method: 'POST', body },
            { onSuccess: ({ url }) => onCreated(url) },
          )
        }
      >
        <Form.Item
          name="customerId"
          label={t('field.customer')}
          rules={[{ required: true, message: t('signIn.needed') }]}
        >
          <CustomerSelect />
        </Form.Item>
        <Form.Item name="expiresInMs" label={t('access.validFor')}>
          <Select options={lifetimes.map(([key, value]) => ({ value, label: t(key) }))} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={create.isPending} block>
          {t('access.newLink')}
        </Button>
      </Form>
    </Dialog>
  );
}

function columns(t: Translate, revoke: (id: string) => void): readonly Column<PortalLink>[] {
  const isOver = ({ expiresAt }: PortalLink) => Date.parse(expiresAt) <= clock.now();
  return [
    { key: 'customer', title: t('field.customer'), render: ({ customerId }) => customerId },
    { key: 'created', title: t('access.created'), render: ({ createdAt }) => <Moment at={createdAt} /> },
    { key: 'expires', title: t('access.expires'), render: ({ expiresAt }) => <Moment at={expiresAt} /> },
    {
      key: 'standing',
      title: t('endpoint.status'),
      render: (link) => {
        if (link.revokedAt !== null) return <ToneTag tone="calm">{t('access.revoked')}</ToneTag>;
        return isOver(link) ? (
          <ToneTag tone="calm">{t('access.expired')}</ToneTag>
        ) : (
          <ToneTag tone="good">{t('access.active')}</ToneTag>
        );
      },
    },
    {
      key: 'actions',
      title: t('field.actions'),
      render: (link) =>
        link.revokedAt === null && !isOver(link) ? (
          <Popconfirm
            title={`${t('access.revoke')}?`}
            okText={t('access.revoke')}
            cancelText={t('action.cancel')}
            onConfirm={() => revoke(link.id)}
          >
            <Button size="small" danger>
              {t('access.revoke')}
            </Button>
          </Popconfirm>
        ) : null,
    },
  ];
}
