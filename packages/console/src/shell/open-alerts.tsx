import type { Alert, Page } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { callApi } from '../api/call-api.ts';
import { useLanguage } from '../i18n/language.tsx';

const refreshMs = 15_000;
const countMax = 99;

/** How many alerts nobody has acknowledged, beside the menu's entry; nothing when there is none. */
export function OpenAlerts() {
  const { t } = useLanguage();
  const { data: count = 0 } = useQuery({
    queryKey: ['alerts', 'open-count'],
    queryFn: async ({ signal }) => {
      const query = { state: 'open', limit: countMax + 1 };
      return (await callApi<Page<Alert>>('/alerts', { query, signal })).items.length;
    },
    refetchInterval: refreshMs,
  });
  if (count === 0) return null;
  const shown = count > countMax ? `${countMax}+` : String(count);
  return (
    <span className="badge" title={t('alert.openCount', { count: shown })}>
      {shown}
    </span>
  );
}
