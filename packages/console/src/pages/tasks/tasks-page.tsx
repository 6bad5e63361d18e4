import { SearchOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { type FormEvent, useEffect, useState } from 'react';
import { useLanguage } from '../../i18n/language.tsx';
import { CustomerSelect } from '../../parts/customer-select.tsx';
import { setQuery, usePlace } from '../../shell/place.ts';
import { TaskList } from './task-list.tsx';
import { TaskView } from './task-view.tsx';

export default function TasksPage() {
  const { query } = usePlace();
  const houseTaskId = query.get('houseTaskId');
  const customerId = query.get('customerId');
  return (
    <>
      <section className="card">
        <TaskSearch />
      </section>
      {houseTaskId === null ? (
        <TaskList customerId={customerId} find={query.get('find')} cursor={query.get('cursor')} />
      ) : (
        <TaskView key={houseTaskId} customerId={customerId} houseTaskId={houseTaskId} />
      )}
    </>
  );
}

/** One field for either id: whoever asks has the one that the customer told on the phone. */
function TaskSearch() {
  const { t } = useLanguage();
  const { query } = usePlace();
  const asked = query.get('houseTaskId') ?? query.get('find') ?? '';
  const [find, setFind] = useState(asked);
  useEffect(() => setFind(asked), [asked]);
  const search = (event: FormEvent) => {
    event.preventDefault();
    setQuery({ find: find.trim(), houseTaskId: null, cursor: null, open: null });
  };
  return (
    <search>
      <form className="search-form" onSubmit={search}>
        <CustomerSelect
          allowClear
          aria-label={t('field.customer')}
          placeholder={t('task.anyCustomer')}
          value={query.get('customerId')}
          onChange={(value) => setQuery({ customerId: value ?? null, houseTaskId: null, cursor: null })}
        />
        <Input
          allowClear
          prefix={<SearchOutlined aria-hidden />}
          aria-label={t('task.find')}
          placeholder={t('task.find')}
          value={find}
          maxLength={64}
          onChange={(event) => setFind(event.target.value)}
        />
        <Button type="primary" htmlType="submit">
          {t('action.search')}
        </Button>
      </form>
    </search>
  );
}
