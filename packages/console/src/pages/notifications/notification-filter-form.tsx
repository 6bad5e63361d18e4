import { taskStates } from '@doorbell/contract';
import { Button, Form, Input, Select } from 'antd';
import { lazy, Suspense, useEffect } from 'react';
import { useEndpoints } from '../../api/books.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { CustomerSelect } from '../../parts/customer-select.tsx';
import { filterNames, type NotificationFilter } from '../../parts/notification-query.ts';
import { resultKeys } from '../../parts/tags.tsx';
import { setQuery } from '../../shell/place.ts';
import type { Period } from './period-picker.tsx';

const LazyPicker = lazy(() => import('./period-picker.tsx'));

interface FormValues extends Omit<NotificationFilter, 'from' | 'to'> {
  readonly period?: Period | null;
}

/** The query form above the table. What it asks stands in the address bar, so that a view can be sent to others. */
export default function NotificationFilterForm({ filter }: { readonly filter: NotificationFilter }) {
  const { t, language } = useLanguage();
  const [form] = Form.useForm<FormValues>();
  const customerId = Form.useWatch('customerId', form);
  const endpoints = useEndpoints();
  useEffect(() => {
    form.resetFields();
    form.setFieldsValue(toValues(filter));
  }, [filter, form]);

  const ask = ({ period, ...rest }: FormValues) => {
    const { from, to } = period ?? {};
    const asked: NotificationFilter = { ...rest, ...(from ? { from } : {}), ...(to ? { to } : {}) };
    setQuery({
      ...Object.fromEntries(filterNames.map((name) => [name, asked[name]?.trim() || null])),
      cursor: null,
      open: null,
    });
  };
  const reset = () => {
    setQuery({ ...Object.fromEntries(filterNames.map((name) => [name, null])), cursor: null, open: null });
  };
  const ofCustomer = (endpoints.data ?? []).filter(
    (endpoint) => !customerId || endpoint.customerId === customerId,
  );
  return (
    <Form form={form} layout="vertical" className="query-form" onFinish={ask} aria-label={t('filter.label')}>
      <Form.Item name="customerId" label={t('field.customer')}>
        <CustomerSelect allowClear placeholder={t('filter.any')} />
      </Form.Item>
      <Form.Item name="endpointId" label={t('field.endpoint')}>
        <Select
          allowClear
          showSearch
          placeholder={t('filter.any')}
          options={ofCustomer.map(({ id }) => ({ value: id, label: id }))}
        />
      </Form.Item>
      <Form.Item name="houseId" label={t('field.houseId')}>
        <Input allowClear autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item name="houseTaskId" label={t('field.houseTaskId')}>
        <Input allowClear autoComplete="off" maxLength={32} />
      </Form.Item>
      <Form.Item name="result" label={t('field.result')}>
        <Select
          allowClear
          placeholder={t('filter.any')}
          options={resultKeys.map((key, result) => ({ value: String(result), label: t(key) }))}
        />
      </Form.Item>
      <Form.Item name="state" label={t('field.state')}>
        <Select
          allowClear
          placeholder={t('filter.any')}
          options={taskStates
            .filter(({ notified }) => notified)
            .map((state) => ({ value: String(state.code), label: `${state.code} ${state[language]}` }))}
        />
      </Form.Item>
      <Form.Item name="period" label={t('field.period')} className="query-form-wide">
        <PeriodField />
      </Form.Item>
      <div className="query-form-end">
        <Button onClick={reset}>{t('action.reset')}</Button>
        <Button type="primary" htmlType="submit">
          {t('action.search')}
        </Button>
      </div>
    </Form>
  );
}

function toValues({ from, to, ...rest }: NotificationFilter): FormValues {
  return { ...rest, period: { from, to } };
}

/** Stands in the form while the calendar is on its way, and hands the form's own props on to it. */
function PeriodField(field: object) {
  const { t } = useLanguage();
  return (
    <Suspense fallback={<Input disabled aria-label={t('field.period')} />}>
      <LazyPicker {...field} />
    </Suspense>
  );
}
