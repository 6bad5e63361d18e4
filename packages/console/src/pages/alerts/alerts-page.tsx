import { lazy, Suspense } from 'react';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Loading } from '../../parts/standing.tsx';
import { TabLinks } from '../../parts/tab-links.tsx';
import { AlertChannels } from './alert-channels.tsx';
import { AlertList } from './alert-list.tsx';

const AlertThresholdsForm = lazy(() => import('./alert-thresholds-form.tsx'));

/** What a person should look at; for administrators also where it is sent, and from when on. */
export default function AlertsPage() {
  const { t } = useLanguage();
  const mayAdminister = useMay('administer');
  if (!mayAdminister) return <AlertList />;
  return (
    <TabLinks
      label={t('menu.alerts')}
      tabs={[
        { key: 'list', label: t('alert.list'), children: <AlertList /> },
        { key: 'channels', label: t('alert.channels'), children: <AlertChannels /> },
        {
          key: 'thresholds',
          label: t('alert.thresholds'),
          children: (
            <Suspense fallback={<Loading />}>
              <AlertThresholdsForm />
            </Suspense>
          ),
        },
      ]}
    />
  );
}
