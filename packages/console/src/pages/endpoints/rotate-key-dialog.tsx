import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, InputNumber } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { Dialog } from '../../parts/dialog.tsx';

interface RotateKeyDialogProps {
  readonly endpointId: string;
  readonly onClose: () => void;
}

interface FormValues {
  readonly signKey?: string;
  readonly overlapHours: number;
}

const hourMs = 3_600_000;

export default function RotateKeyDialog({ endpointId, onClose }: RotateKeyDialogProps) {
  const { t } = useLanguage();
  const queries = useQueryClient();
  const rotate = useMutation({
    mutationFn: ({ signKey, overlapHours }: FormValues) =>
      callApi<{ signKey: string | null }>(`/endpoints/${encodeURIComponent(endpointId)}/rotate-key`, {
        method: 'POST',
        body: { overlapMs: Math.round(overlapHours * hourMs), ...(signKey ? { signKey } : {}) },
      }),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['endpoint', endpointId] }),
  });
  return (
    <Dialog title={t('endpoint.rotateTitle', { id: endpointId })} onCancel={onClose}>
      {rotate.data === undefined ? (
        <Form<FormValues>
          layout="vertical"
          initialValues={{ overlapHours: 24 }}
          onFinish={(values) => rotate.mutate(values)}
        >
          <p className="dialog-hint">{t('endpoint.rotateHint')}</p>
          <Form.Item name="signKey" label={t('endpoint.rotateKey')}>
            <Input.Password autoComplete="new-password" placeholder={t('endpoint.rotateGenerate')} />
          </Form.Item>
          <Form.Item name="overlapHours" label={t('endpoint.overlap')} rules={[{ required: true }]}>
            <InputNumber min={0} max={720} />
          </Form.Item>
          {rotate.error && (
            <Alert type="error" showIcon title={rotate.error.message} className="form-error" />
          )}
          <Button type="primary" htmlType="submit" loading={rotate.isPending} block>
            {t('endpoint.rotate')}
          </Button>
        </Form>
      ) : (
        <NewKey signKey={rotate.data.signKey} onClose={onClose} />
      )}
    </Dialog>
  );
}

function NewKey({ signKey, onClose }: { readonly signKey: string | null; readonly onClose: () => void }) {
  const { t } = useLanguage();
  return (
    <div className="new-key">
      <p>{t(signKey === null ? 'endpoint.rotatedOwn' : 'endpoint.rotated')}</p>
      {signKey !== null && <Copyable text={signKey} />}
      <Button type="primary" onClick={onClose} block>
        {t('endpoint.done')}
      </Button>
    </div>
  );
}
