import { PlusOutlined } from '@ant-design/icons';
import type { User } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { useUser } from '../../api/session.ts';
import { type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ToneTag } from '../../parts/tags.tsx';
import { useEdit } from '../../parts/use-edit.ts';
import { PasswordDialog } from './password-dialog.tsx';
import { UserDialog } from './user-dialog.tsx';

type Open = { readonly is: 'new' } | { readonly is: 'password'; readonly name: string } | null;

export function Users() {
  const { t } = useLanguage();
  const own = useUser().name;
  const edit = useEdit();
  const [open, setOpen] = useState<Open>(null);
  const found = useQuery({
    queryKey: ['users'],
    queryFn: async ({ signal }) => (await callApi<{ items: User[] }>('/users', { signal })).items,
  });
  const disable = ({ name, disabled }: User) =>
    edit.mutate({
      path: `/users/${encodeURIComponent(name)}`,
      method: 'PATCH',
      body: { disabled: !disabled },
      done: t('settings.saved'),
    });
  return (
    <section className="card">
      <div className="toolbar">
        <span className="grow dim">{t('access.roleHint')}</span>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen({ is: 'new' })}>
          {t('access.newUser')}
        </Button>
      </div>
      <Listed found={found} none={{ title: '–', hint: '' }}>
        {(users) => (
          <DataTable
            caption={t('access.users')}
            rows={users}
            rowKey={({ name }) => name}
            columns={columns(t, own, disable, (name) => setOpen({ is: 'password', name }))}
          />
        )}
      </Listed>
      {open?.is === 'new' && <UserDialog onClose={() => setOpen(null)} />}
      {open?.is === 'password' && <PasswordDialog userName={open.name} onClose={() => setOpen(null)} />}
    </section>
  );
}

function columns(
  t: Translate,
  own: string,
  disable: (user: User) => void,
  setPassword: (name: string) => void,
): readonly Column<User>[] {
  return [
    { key: 'name', title: t('signIn.userName'), render: ({ name }) => <strong>{name}</strong> },
    { key: 'role', title: t('access.role'), width: 80, render: ({ role }) => t(`role.${role}`) },
    {
      key: 'standing',
      title: t('endpoint.status'),
      render: ({ disabled }) => (
        <ToneTag tone={disabled ? 'calm' : 'good'}>
          {t(disabled ? 'access.disabled' : 'access.enabled')}
        </ToneTag>
      ),
    },
    { key: 'created', title: t('access.created'), render: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      key: 'actions',
      title: t('field.actions'),
      render: (user) => (
        <span className="row-actions">
          <Button size="small" onClick={() => setPassword(user.name)}>
            {t('access.setPassword')}
          </Button>
          {user.name !== own && (
            <Button size="small" danger={!user.disabled} onClick={() => disable(user)}>
              {t(user.disabled ? 'access.enable' : 'access.disable')}
            </Button>
          )}
        </span>
      ),
    },
  ];
}
