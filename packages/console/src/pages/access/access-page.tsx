import { useLanguage } from '../../i18n/language.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { ApiKeys } from './api-keys.tsx';
import { PortalLinks } from './portal-links.tsx';
import { Users } from './users.tsx';

export default function AccessPage() {
  const { t } = useLanguage();
  return (
    <TabLinks
      label={t('menu.access')}
      tabs={[
        { key: 'users', label: t('access.users'), children: <Users /> },
        { key: 'keys', label: t('access.keys'), children: <ApiKeys /> },
        { key: 'links', label: t('access.links'), children: <PortalLinks /> },
      ]}
    />
  );
}
