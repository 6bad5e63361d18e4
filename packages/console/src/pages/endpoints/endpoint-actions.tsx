import { KeyOutlined, PauseOutlined, PlayCircleOutlined } from '@ant-design/icons';
import type { Endpoint } from '@doorbell/server/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { callApi } from '../../api/call-api.ts';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';

export function EndpointActions({ endpoint }: { readonly endpoint: Endpoint }) {
  const { t } = useLanguage();
  const [dialog, setDialog] = useState<'pause' | 'rotate' | null>(null);
  const mayOperate = useMay('operate');
  const mayEdit = useMay('administer');
  // A customer does not end the pause of an operator.
  const mayResume = useMay('see-all') || endpoint.pause?.reason !== 'operator';
  const resume = useEndpointCall(endpoint.id, 'resume', t('endpoint.resumed'));
  const close = () => setDialog(null);
  if (!mayOperate) return null;
  return (
    <>
      {endpoint.pause === null ? (
        <Button icon={<PauseOutlined aria-hidden />} onClick={() => setDialog('pause')}>
          {t('endpoint.pause')}
        </Button>
      ) : (
        mayResume && (
          <Button
            type="primary"
            icon={<PlayCircleOutlined aria-hidden />}
            loading={resume.isPending}
            onClick={() => resume.mutate({})}
          >
            {t('endpoint.resume')}
          </Button>
        )
      )}
      {mayEdit && endpoint.hasSignKey && (
        <Button icon={<KeyOutlined aria-hidden />} onClick={() => setDialog('rotate')}>
          {t('endpoint.rotate')}
        </Button>
      )}
      {dialog === 'pause' && <PauseDialog endpointId={endpoint.id} onClose={close} />}
      {dialog === 'rotate' && <RotateKeyDialog endpointId={endpoint.id} onClose={close} />}
    </>
  );
}

interface DialogProps {
  readonly endpointId: string;
  readonly onClose: () => void;
}

function PauseDialog({ endpointId, onClose }: DialogProps) {
  const { t } = useLanguage();
  const [detail, setDetail] = useState('');
  const pause = useEndpointCall(endpointId, 'pause', t('endpoint.wasPaused'));
  return (
    <Modal
      open
      title={t('endpoint.pauseTitle', { id: endpointId })}
      okText={t('endpoint.pause')}
      cancelText={t('action.cancel')}
      confirmLoading={pause.isPending}
      onCancel={onClose}
      onOk={() => pause.mutate(detail.trim() === '' ? {} : { detail: detail.trim() }, { onSuccess: onClose })}
    >
      <p>{t('endpoint.pauseHint')}</p>
      <label className="field-label" htmlFor="pause-why">
        {t('endpoint.pauseWhy')}
      </label>
      <Input
        id="pause-why"
        value={detail}
        maxLength={500}
        onChange={(event) => setDetail(event.target.value)}
      />
    </Modal>
  );
}

function useEndpointCall(endpointId: string, verb: 'pause' | 'resume', done: string) {
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: object) =>
      callApi<Endpoint>(`/endpoints/${encodeURIComponent(endpointId)}/${verb}`, { method: 'POST', body }),
    onSuccess: () => {
      void message.success(done);
      void queries.invalidateQueries();
    },
    onError: (error) => void message.error(error.message),
  });
}
