import type { Notification } from '@doorbell/server/api';
import { memo, useMemo } from 'react';
import { type Language, type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { explainNotification } from '../../parts/explain-notification.ts';
import { Moment } from '../../parts/moment.tsx';
import { HttpStatus, ResponseState, ResultTag, StateLabel } from '../../parts/tags.tsx';

interface NotificationTableProps {
  readonly items: readonly Notification[];
  readonly isStale: boolean;
  readonly openId: string | null;
  readonly onOpen: (id: string) => void;
}

/** Drawn again only when something of it has changed. */
export const NotificationTable = memo(function NotificationTable(props: NotificationTableProps) {
  const { items, isStale, openId, onOpen } = props;
  const { t, language } = useLanguage();
  const shown = useMemo(() => columns(t, language, onOpen), [t, language, onOpen]);
  return (
    <DataTable
      caption={t('menu.notifications')}
      rows={items}
      rowKey={({ id }) => id}
      columns={shown}
      openKey={openId}
      onOpen={({ id }) => onOpen(id)}
      isStale={isStale}
    />
  );
});

function columns(
  t: Translate,
  language: Language,
  onOpen: (id: string) => void,
): readonly Column<Notification>[] {
  return [
    {
      title: t('field.createdAt'),
      key: 'createdAt',
      width: 150,
      render: ({ createdAt }) => <Moment at={createdAt} />,
    },
    {
      title: t('field.result'),
      key: 'result',
      width: 92,
      render: (notification) => <ResultTag notification={notification} />,
    },
    {
      title: t('field.state'),
      key: 'state',
      width: 116,
      render: ({ state }) => <StateLabel code={state} />,
    },
    {
      title: `${t('field.houseId')} / ${t('field.houseTaskId')}`,
      key: 'house',
      width: 140,
      render: ({ id, houseId, houseTaskId, sequence }) => (
        <button
          type="button"
          className="cell-button"
          aria-haspopup="dialog"
          onClick={(event) => {
            event.stopPropagation();
            onOpen(id);
          }}
        >
          <code>{houseId}</code>
          <span className="dim small">
            {houseTaskId} · #{sequence}
          </span>
        </button>
      ),
    },
    {
      title: t('field.endpoint'),
      key: 'endpoint',
      width: 100,
      render: ({ endpointId, customerId }) => (
        <span className="two-lines">
          <span>{endpointId}</span>
          <span className="dim small">{customerId}</span>
        </span>
      ),
    },
    {
      title: 'HTTP / state',
      key: 'answer',
      width: 90,
      render: ({ lastAttempt }) =>
        lastAttempt === null ? (
          <span className="dim">–</span>
        ) : (
          <span className="answer">
            <HttpStatus status={lastAttempt.httpStatus} />
            <span className="dim">/</span>
            <ResponseState state={lastAttempt.state} />
          </span>
        ),
    },
    {
      title: t('field.attempts'),
      key: 'attempts',
      width: 48,
      isNumber: true,
      render: ({ attemptCount }) => attemptCount,
    },
    {
      title: t('field.why'),
      key: 'why',
      render: (notification) => {
        const why = explainNotification(notification, language);
        return (
          <span className="why" title={why}>
            {why}
          </span>
        );
      },
    },
  ];
}
