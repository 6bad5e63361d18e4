import { Input } from 'antd';
import { useState } from 'react';
import { useLanguage } from '../../i18n/language.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { useEndpointCall } from './use-endpoint-call.ts';

interface PauseDialogProps {
  readonly endpointId: string;
  readonly onClose: () => void;
}

/** Asks why, for the colleagues who find the endpoint paused. */
export default function PauseDialog({ endpointId, onClose }: PauseDialogProps) {
  const { t } = useLanguage();
  const [detail, setDetail] = useState('');
  const pause = useEndpointCall(endpointId, 'pause', t('endpoint.wasPaused'));
  return (
    <Dialog
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
    </Dialog>
  );
}
