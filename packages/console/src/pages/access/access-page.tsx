import { Tabs } from 'antd';
import { useLanguage } from '../../i18n/language.tsx';
import { setQuery, usePlace } from '../../shell/place.ts';
import { ApiKeys } from './api-keys.tsx';
import { PortalLinks } from './portal-links.tsx';
import { Users } from './users.tsx';

export default function AccessPage() {
  const { t } = useLanguage();
  const { query } = usePlace();
  return (
    <Tabs
      activeKey={query.get('tab') ?? 'users'}
      destroyOnHidden
      onChange={(key) => setQuery({ tab: key === 'users' ? null : key })}
      items={[
        { key: 'users', label: t('access.users'), children: <Users /> },
        { key: 'keys', label: t('access.keys'), children: <ApiKeys /> },
        { key: 'links', label: t('access.links'), children: <PortalLinks /> },
      ]}
    />
  );
}
