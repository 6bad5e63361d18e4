import { SendOutlined } from '@ant-design/icons';
import type { Attempt } from '@doorbell/server/api';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Failed, Nothing } from '../../parts/standing.tsx';
import { AttemptCard } from '../notifications/attempt-card.tsx';

/** Sends a signed sample now, and shows the request and the answer side by side. */
export function EndpointTest({ endpointId }: { readonly endpointId: string }) {
  const { t } = useLanguage();
  const test = useMutation({
    mutationFn: () =>
      callApi<{ attempts: readonly Attempt[] }>(`/endpoints/${encodeURIComponent(endpointId)}/test`, {
        method: 'POST',
        body: {},
      }),
  });
  return (
    <section className="card">
      <div className="toolbar">
        <p className="grow dim">{t('test.hint')}</p>
        <Button
          type="primary"
          icon={<SendOutlined aria-hidden />}
          loading={test.isPending}
          onClick={() => test.mutate()}
        >
          {t('test.send')}
        </Button>
      </div>
      {test.isIdle && <Nothing title={t('test.none')} />}
      {test.isError && <Failed error={test.error} />}
      {test.data?.attempts.map((attempt) => (
        <AttemptCard key={`${attempt.at} ${attempt.post}`} attempt={attempt} isOpenAtFirst />
      ))}
    </section>
  );
}
