import type { Notification, ResendJob } from '@doorbell/server/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FilterInWords } from '../../parts/filter-in-words.tsx';
import { filterBody, type NotificationFilter } from '../../parts/notification-query.ts';
import { Failed, Loading, Nothing } from '../../parts/standing.tsx';
import { ResultTag, StateLabel } from '../../parts/tags.tsx';
import { toast } from '../../parts/toast.ts';
import { goTo } from '../../shell/place.ts';

interface ResendDialogProps {
  readonly filter: NotificationFilter;
  readonly onClose: () => void;
}

/** The API counts no further; the resend goes on beyond it. */
const countedMax = 100_000;
/** The API lets a customer resend no more at a time. */
const ofCustomerMax = 1_000;

/** Shows what a filter matches, and resends it once its number has been typed. */
export default function ResendDialog({ filter, onClose }: ResendDialogProps) {
  const { t } = useLanguage();
  const isStaff = useMay('see-all');
  const preview = useQuery({
    queryKey: ['resend-preview', filter],
    queryFn: ({ signal }) =>
      callApi<{ matches: number; sample: readonly Notification[] }>('/resends', {
        method: 'POST',
        body: { filter: filterBody(filter), dryRun: true },
        signal,
      }),
    // The number that was typed must stay the number that was shown.
    refetchOnWindowFocus: false,
  });
  const matches = preview.data?.matches ?? 0;
  const isTooMany = !isStaff && matches > ofCustomerMax;
  return (
    <Dialog width={640} title={t('resend.title')} onCancel={onClose}>
      {preview.isPending && <Loading rows={4} />}
      {preview.isError && <Failed error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data?.matches === 0 && <Nothing title={t('resend.nothing')} />}
      {isTooMany && (
        <Alert
          type="warning"
          showIcon
          title={t('resend.tooMany', { count: ofCustomerMax.toLocaleString() })}
        />
      )}
      {preview.data !== undefined && matches > 0 && !isTooMany && (
        <Confirmation {...preview.data} filter={filter} />
      )}
    </Dialog>
  );
}

interface ConfirmationProps {
  readonly filter: NotificationFilter;
  readonly matches: number;
  readonly sample: readonly Notification[];
}

function Confirmation({ filter, matches, sample }: ConfirmationProps) {
  const { t } = useLanguage();
  const isStaff = useMay('see-all');
  const [typed, setTyped] = useState('');
  const resend = useResend(filter, matches);
  const count = String(matches);
  return (
    <div className="resend">
      <p className="resend-count">
        {t(matches >= countedMax ? 'resend.atLeast' : 'resend.matches', { count: matches.toLocaleString() })}
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
      <Alert type="warning" showIcon title={t(isStaff ? 'resend.warning' : 'resend.warningOwn')} />
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

/** Starts it and leads to its progress. If more matches by now than was shown, the server starts nothing. */
function useResend(filter: NotificationFilter, expected: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      callApi<ResendJob>('/resends', { method: 'POST', body: { filter: filterBody(filter), expected } }),
    onSuccess: () => {
      void queries.invalidateQueries();
      goTo('/resends');
    },
    onError: (error) => toast.bad(error.message),
  });
}
