import type { AlertThresholds } from '@doorbell/server/api';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, InputNumber } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Loading, Unanswered } from '../../parts/standing.tsx';
import { useEdit } from '../../parts/use-edit.ts';

const minuteMs = 60_000;

interface Fields {
  readonly backlogAge: number;
  readonly refusalsMin: number;
  readonly refusalsShare: number;
  readonly refusalsWindow: number;
}

export default function AlertThresholdsForm() {
  const found = useQuery({
    queryKey: ['alert-thresholds'],
    queryFn: ({ signal }) => callApi<AlertThresholds>('/alert-thresholds', { signal }),
  });
  return (
    <section className="card">
      {found.isPending && <Loading rows={4} />}
      <Unanswered found={found} />
      {found.data && <Editor thresholds={found.data} />}
    </section>
  );
}

function Editor({ thresholds }: { readonly thresholds: AlertThresholds }) {
  const { t } = useLanguage();
  const edit = useEdit();
  const needed = { required: true, message: t('signIn.needed') };
  const fields: Fields = {
    backlogAge: thresholds.backlogAgeMs / minuteMs,
    refusalsMin: thresholds.refusalsMin,
    refusalsShare: Math.round(thresholds.refusalsShare * 10_000) / 100,
    refusalsWindow: thresholds.refusalsWindowMs / minuteMs,
  };
  const save = ({ backlogAge, refusalsMin, refusalsShare, refusalsWindow }: Fields) => {
    const body: AlertThresholds = {
      backlogAgeMs: Math.round(backlogAge * minuteMs),
      refusalsMin,
      refusalsShare: refusalsShare / 100,
      refusalsWindowMs: Math.round(refusalsWindow * minuteMs),
    };
    edit.mutate({ path: '/alert-thresholds', method: 'PUT', body, done: t('threshold.saved') });
  };
  return (
    <Form<Fields> layout="vertical" className="settings-form" initialValues={fields} onFinish={save}>
      <p className="dim">{t('threshold.hint')}</p>
      <Form.Item name="backlogAge" label={t('threshold.backlogAge')} rules={[needed]}>
        <InputNumber min={1} max={43_200} />
      </Form.Item>
      <Form.Item name="refusalsMin" label={t('threshold.refusalsMin')} rules={[needed]}>
        <InputNumber min={1} max={1_000_000} precision={0} />
      </Form.Item>
      <Form.Item name="refusalsShare" label={t('threshold.refusalsShare')} rules={[needed]}>
        <InputNumber min={0} max={100} />
      </Form.Item>
      <Form.Item name="refusalsWindow" label={t('threshold.refusalsWindow')} rules={[needed]}>
        <InputNumber min={1} max={1_440} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={edit.isPending}>
        {t('action.save')}
      </Button>
    </Form>
  );
}
