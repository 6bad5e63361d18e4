import { PlusOutlined } from '@ant-design/icons';
import type { ApiKey } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { type Translate, textOfCode, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { ToneTag } from '../../parts/tags.tsx';
import { useEdit } from '../../parts/use-edit.ts';

const scopes = ['append', 'read', 'operate', 'admin'] as const;

export function ApiKeys() {
  const { t } = useLanguage();
  const edit = useEdit();
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ['api-keys'],
    queryFn: async ({ signal }) => (await callApi<{ items: ApiKey[] }>('/api-keys', { signal })).items,
  });
  const revoke = (id: string) =>
    edit.mutate({ path: `/api-keys/${id}`, method: 'DELETE', done: t('access.revoked') });
  return (
    <section className="card">
      <div className="toolbar">
        <span className="grow" />
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>
          {t('access.newKey')}
        </Button>
      </div>
      <Listed found={found} none={{ title: t('access.noKeys'), hint: t('access.noKeysHint') }}>
        {(keys) => (
          <DataTable
            caption={t('access.keys')}
            rows={keys}
            rowKey={({ id }) => id}
            columns={columns(t, revoke)}
          />
        )}
      </Listed>
      {isCreating && (
        <KeyDialog
          onClose={() => setCreating(false)}
          onCreated={(key) => {
            setCreating(false);
            setCreated(key);
          }}
        />
      )}
      {created !== null && (
        <ShownOnce title={t('access.newKey')} secret={created} onClose={() => setCreated(null)} />
      )}
    </section>
  );
}

interface KeyDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (key: string) => void;
}

function KeyDialog({ onClose, onCreated }: KeyDialogProps) {
  const { t, language } = useLanguage();
  const create = useEdit<{ key: string }>();
  const needed = [{ required: true, message: t('signIn.needed') }];
  return (
    <Dialog title={t('access.newKey')} onCancel={onClose}>
      <Form
        layout="vertical"
        initialValues={{ scopes: ['append'] }}
        onFinish={(body) =>
          create.mutate(
            { path: '/api-keys', method: 'POST', body },
            { onSuccess: ({ key }) => onCreated(key) },
          )
        }
      >
        <Form.Item name="name" label={t('access.name')} rules={needed}>
          <Input autoComplete="off" maxLength={64} />
        </Form.Item>
        <Form.Item name="scopes" label={t('access.scopes')} rules={needed}>
          <Select
            mode="multiple"
            options={scopes.map((value) => ({ value, label: textOfCode(language, 'scope', value) }))}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={create.isPending} block>
          {t('access.newKey')}
        </Button>
      </Form>
    </Dialog>
  );
}

function columns(t: Translate, revoke: (id: string) => void): readonly Column<ApiKey>[] {
  return [
    {
      key: 'name',
      title: t('access.name'),
      render: ({ id, name }) => (
        <span className="two-lines">
          <strong>{name}</strong>
          <code className="dim small">dbk_{id}_…</code>
        </span>
      ),
    },
    {
      key: 'scopes',
      title: t('access.scopes'),
      render: (key) => key.scopes.map((scope) => t(`scope.${scope}`)).join(' · '),
    },
    { key: 'created', title: t('access.created'), render: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      key: 'used',
      title: t('access.lastUsed'),
      render: ({ lastUsedAt }) =>
        lastUsedAt === null ? <span className="dim">{t('access.never')}</span> : <Moment at={lastUsedAt} />,
    },
    {
      key: 'standing',
      title: t('endpoint.status'),
      render: ({ id, revokedAt }) =>
        revokedAt === null ? (
          <Popconfirm
            title={`${t('access.revoke')}?`}
            okText={t('access.revoke')}
            cancelText={t('action.cancel')}
            onConfirm={() => revoke(id)}
          >
            <Button size="small" danger>
              {t('access.revoke')}
            </Button>
          </Popconfirm>
        ) : (
          <ToneTag tone="calm">{t('access.revoked')}</ToneTag>
        ),
    },
  ];
}
