import { KeyOutlined, PauseOutlined, PlayCircleOutlined } from '@ant-design/icons';
import type { Endpoint } from '@doorbell/server/api';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { useEndpointCall } from './use-endpoint-call.ts';

const PauseDialog = lazy(() => import('./pause-dialog.tsx'));
const RotateKeyDialog = lazy(() => import('./rotate-key-dialog.tsx'));

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
      <Suspense>
        {dialog === 'pause' && <PauseDialog endpointId={endpoint.id} onClose={close} />}
        {dialog === 'rotate' && <RotateKeyDialog endpointId={endpoint.id} onClose={close} />}
      </Suspense>
    </>
  );
}
