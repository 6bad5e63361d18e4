import type { Notification, Page } from '@doorbell/server/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Failed, Loading, Nothing } from '../../parts/standing.tsx';
import { ResultTag, StateLabel } from '../../parts/tags.tsx';
import { FilterInWords } from './filter-in-words.tsx';
import { filterBody, type NotificationFilter } from './notification-query.ts';

interface ResendDialogProps {
  readonly filter: NotificationFilter;
  readonly onClose: () => void;
}

const sampleSize = 5;
/** The API resends no more than that by one call. */
const resentMax = 100_000;

/** Shows what a filter matches, and resends it once its number has been typed. */
export function ResendDialog({ filter, onClose }: ResendDialogProps) {
  const { t } = useLanguage();
  const preview = useQuery({
    queryKey: ['resend-preview', filter],
    queryFn: async ({ signal }) => {
      const [{ matched }, { items }] = await Promise.all([
        callApi<{ matched: number }>('/notifications/resend', {
          method: 'POST',
          body: { filter: filterBody(filter), dryRun: true },
          signal,
        }),
        callApi<Page<Notification>>('/notifications', { query: { ...filter, limit: sampleSize }, signal }),
      ]);
      return { matched, sample: items };
    },
    // The number that was typed must stay the number that was shown.
    refetchOnWindowFocus: false,
  });
  return (
    <Modal open width={640} title={t('resend.title')} footer={null} onCancel={onClose}>
      {preview.isPending && <Loading rows={4} />}
      {preview.isError && <Failed error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data?.matched === 0 && <Nothing title={t('resend.nothing')} />}
      {preview.data !== undefined && preview.data.matched > 0 && (
        <Confirmation {...preview.data} filter={filter} onClose={onClose} />
      )}
    </Modal>
  );
}

interface ConfirmationProps extends ResendDialogProps {
  readonly matched: number;
  readonly sample: readonly Notification[];
}

function Confirmation({ filter, matched, sample, onClose }: ConfirmationProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState('');
  const resend = useResend(filter, onClose);
  const count = String(matched);
  return (
    <div className="resend">
      <p className="resend-count">
        {t(matched >= resentMax ? 'resend.atLeast' : 'resend.matches', { count: matched.toLocaleString() })}
      </p>
      <FilterInWords filter={filter} />
      <h3>{t('resend.sample')}</h3>
      <ul className="plain-list">
        {sample.map((notification) => (
          <li key={notification.id}>
            <ResultTag notification={notification} />
            <code>{notification.houseId}</code>
            <StateLabel code={notification.state} />
            <span className="dim">{notification.endpointId}</span>
          </li>
        ))}
      </ul>
      <Alert type="warning" showIcon title={t('resend.warning')} />
      <label htmlFor="resend-count">{t('resend.type', { count })}</label>
      <Input
        id="resend-count"
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value.trim())}
      />
      <Button
        type="primary"
        danger
        block
        disabled={typed !== count}
        loading={resend.isPending}
        onClick={() => resend.mutate()}
      >
        {t('resend.start')}
      </Button>
    </div>
  );
}

function useResend(filter: NotificationFilter, onClose: () => void) {
  const { t } = useLanguage();
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      callApi<{ resent: number }>('/notifications/resend', {
        method: 'POST',
        body: { filter: filterBody(filter) },
      }),
    onSuccess: ({ resent }) => {
      void message.success(t('resend.resent', { count: resent.toLocaleString() }));
      void queries.invalidateQueries();
      onClose();
    },
    onError: (error) => void message.error(error.message),
  });
}
