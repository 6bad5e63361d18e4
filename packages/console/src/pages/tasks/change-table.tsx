import type { HouseTaskHistory, Notification } from '@doorbell/server/api';
import { type Translate, useLanguage } from '../../i18n/language.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ResultTag, StateLabel, ToneTag } from '../../parts/tags.tsx';
import { openDetail } from '../../shell/place.ts';

type Change = HouseTaskHistory['changes'][number];

interface ChangeTableProps {
  readonly changes: readonly Change[];
  readonly notifications: readonly Notification[];
}

/** Each change of the task, newest first, with its notifications beside it. */
export function ChangeTable({ changes, notifications }: ChangeTableProps) {
  const { t } = useLanguage();
  return (
    <DataTable
      caption={t('task.changes')}
      rows={changes.toReversed()}
      rowKey={({ sequence }) => String(sequence)}
      columns={columns(t, notifications)}
    />
  );
}

function columns(t: Translate, notifications: readonly Notification[]): readonly Column<Change>[] {
  return [
    { key: 'sequence', title: '#', isNumber: true, render: ({ sequence }) => sequence },
    { key: 'state', title: t('field.state'), render: ({ state }) => <StateLabel code={state} /> },
    {
      key: 'transition',
      title: t('task.transition'),
      render: ({ transition }) =>
        transition === 'illegal' ? (
          <ToneTag tone="warn">{t('task.illegal')}</ToneTag>
        ) : (
          <span className="dim">{t(transition === 'first' ? 'task.first' : 'task.legal')}</span>
        ),
    },
    { key: 'at', title: t('field.createdAt'), render: ({ createdAt }) => <Moment at={createdAt} withMs /> },
    {
      key: 'notifications',
      title: t('field.notification'),
      render: ({ sequence }) => (
        <ul className="plain-list">
          {notifications
            .filter((notification) => notification.sequence === sequence)
            .map((notification) => (
              <li key={notification.id}>
                <button
                  type="button"
                  className="cell-button in-line"
                  aria-haspopup="dialog"
                  onClick={() => openDetail(notification.id)}
                >
                  {notification.endpointId}
                </button>
                <ResultTag notification={notification} />
                <span className="dim small">{t('task.attempts', { count: notification.attemptCount })}</span>
              </li>
            ))}
        </ul>
      ),
    },
  ];
}
