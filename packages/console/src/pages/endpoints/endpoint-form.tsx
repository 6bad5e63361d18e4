import type { Endpoint, EndpointBody } from '@doorbell/server/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, InputNumber, Select } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { CustomerSelect } from '../../parts/customer-select.tsx';
import { toast } from '../../parts/toast.ts';
import { endpointLimits } from './endpoint-limits.ts';

interface EndpointFormProps {
  /** Left out to create one. */
  readonly endpoint?: Endpoint;
  readonly onSaved?: (endpoint: Endpoint) => void;
}

interface FormValues
  extends Omit<EndpointBody, 'retryHorizonMs' | 'signKey' | 'webhookSecret' | 'deliveryFailedUrl'> {
  readonly id: string;
  readonly signKey?: string;
  readonly webhookSecret?: string;
  readonly deliveryFailedUrl?: string;
  readonly retryHorizonHours: number;
}

const hourMs = 3_600_000;
const defaults = {
  revision: 'seed',
  coalesce: 'every',
  onGiveUp: 'continue',
  inFlightMax: 32,
  connectTimeoutMs: 3_000,
  totalTimeoutMs: 15_000,
  retryHorizonHours: 72,
} as const;

export default function EndpointForm({ endpoint, onSaved }: EndpointFormProps) {
  const { t } = useLanguage();
  const queries = useQueryClient();
  const mayEdit = useMay('administer');
  const save = useMutation({
    mutationFn: ({ id, ...values }: FormValues) =>
      callApi<Endpoint>(`/endpoints/${encodeURIComponent(id)}`, {
        method: 'PUT',
        body: toBody(values, endpoint),
      }),
    onSuccess: (saved) => {
      toast.good(t('settings.saved'));
      void queries.invalidateQueries({ queryKey: ['endpoints'] });
      void queries.invalidateQueries({ queryKey: ['endpoint', saved.id] });
      onSaved?.(saved);
    },
  });
  return (
    <Form<FormValues>
      layout="vertical"
      className="settings-form"
      disabled={!mayEdit}
      initialValues={endpoint === undefined ? defaults : toValues(endpoint)}
      onFinish={(values) => save.mutate({ ...values, id: endpoint?.id ?? values.id })}
    >
      <WhereFields endpoint={endpoint} />
      <PolicyFields />
      <LimitFields />
      {save.error && <Alert type="error" showIcon title={save.error.message} className="form-error" />}
      {mayEdit && (
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('action.save')}
        </Button>
      )}
    </Form>
  );
}

function WhereFields({ endpoint }: { readonly endpoint: Endpoint | undefined }) {
  const { t } = useLanguage();
  const isNew = endpoint === undefined;
  const required = { required: true, message: t('settings.needed') };
  return (
    <>
      {isNew && (
        <Form.Item
          name="id"
          label={t('settings.id')}
          rules={[required, { pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/, message: t('settings.idRule') }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="customerId" label={t('settings.customer')} rules={[required]}>
        <CustomerSelect disabled={!isNew} />
      </Form.Item>
      <Form.Item
        name="url"
        label={t('settings.url')}
        className="wide"
        rules={[required, { pattern: /^https?:\/\/.+/, message: t('settings.urlRule') }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="signKey" label={t('settings.signKey')} rules={isNew ? [required] : []}>
        <Input.Password autoComplete="new-password" placeholder={isNew ? '' : t('settings.signKeyKept')} />
      </Form.Item>
      <Form.Item name="webhookSecret" label={t('settings.webhookSecret')}>
        <Input.Password
          autoComplete="new-password"
          placeholder={endpoint?.hasWebhookSecret ? t('settings.signKeyKept') : ''}
        />
      </Form.Item>
    </>
  );
}

const choices = {
  revision: ['seed', '2021-05'],
  coalesce: ['every', 'latest'],
  onGiveUp: ['continue', 'park'],
} as const;

function PolicyFields() {
  const { t } = useLanguage();
  return (
    <>
      <h3>{t('settings.contract')}</h3>
      <Form.Item name="revision" label={t('settings.revision')}>
        <Select
          options={choices.revision.map((value) => ({ value, label: t(`settings.revision.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="coalesce" label={t('settings.coalesce')}>
        <Select
          options={choices.coalesce.map((value) => ({ value, label: t(`settings.coalesce.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="onGiveUp" label={t('settings.onGiveUp')}>
        <Select
          options={choices.onGiveUp.map((value) => ({ value, label: t(`settings.onGiveUp.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="deliveryFailedUrl" label={t('settings.deliveryFailedUrl')}>
        <Input autoComplete="off" />
      </Form.Item>
    </>
  );
}

function LimitFields() {
  const { t } = useLanguage();
  return (
    <>
      <h3>{t('settings.limits')}</h3>
      {endpointLimits.map(([name, min, max]) => (
        <Form.Item
          key={name}
          name={name}
          label={t(`settings.${name}`)}
          rules={[{ required: true, message: t('settings.needed') }]}
        >
          <InputNumber min={min} max={max} />
        </Form.Item>
      ))}
    </>
  );
}

/** Ten minutes are shown as 0.17 hours. */
function hoursOf(ms: number): number {
  return Math.round((100 * ms) / hourMs) / 100;
}

function toBody(values: Omit<FormValues, 'id'>, before: Endpoint | undefined): EndpointBody {
  const { retryHorizonHours, signKey, webhookSecret, deliveryFailedUrl, ...rest } = values;
  return {
    ...rest,
    // What was rounded to be shown, and not touched, stays exact.
    retryHorizonMs:
      before !== undefined && hoursOf(before.retryHorizonMs) === retryHorizonHours
        ? before.retryHorizonMs
        : Math.round(retryHorizonHours * hourMs),
    deliveryFailedUrl: deliveryFailedUrl || null,
    // A key that is left empty stays as it is.
    ...(signKey ? { signKey } : {}),
    ...(webhookSecret ? { webhookSecret } : {}),
  };
}

function toValues({ retryHorizonMs, deliveryFailedUrl, ...endpoint }: Endpoint): Partial<FormValues> {
  const { customerId, url, revision, coalesce, onGiveUp, inFlightMax, connectTimeoutMs, totalTimeoutMs } =
    endpoint;
  return {
    customerId,
    url,
    revision,
    coalesce,
    onGiveUp,
    inFlightMax,
    connectTimeoutMs,
    totalTimeoutMs,
    retryHorizonHours: hoursOf(retryHorizonMs),
    ...(deliveryFailedUrl === null ? {} : { deliveryFailedUrl }),
  };
}
