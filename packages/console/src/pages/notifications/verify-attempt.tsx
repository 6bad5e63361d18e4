import { SafetyCertificateOutlined } from '@ant-design/icons';
import type { AttemptVerification } from '@doorbell/server/api';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { callApi } from '../../api/call-api.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { type Tone, ToneTag } from '../../parts/tags.tsx';

interface VerifyAttemptProps {
  readonly notificationId: string;
  /** The place of the attempt, from 0, oldest first. */
  readonly index: number;
}

type Verification = AttemptVerification['sign'];

const tones: Readonly<Record<Verification['verdict'], Tone>> = {
  holds: 'good',
  'does-not-hold': 'bad',
  'not-signed': 'calm',
  'no-key': 'calm',
};

/** Signs again what was sent, with the keys of now, and says whether it fits. */
export function VerifyAttempt({ notificationId, index }: VerifyAttemptProps) {
  const { t } = useLanguage();
  const verify = useMutation({
    mutationFn: () =>
      callApi<AttemptVerification>(`/notifications/${notificationId}/verify`, {
        method: 'POST',
        body: { attempt: index },
      }),
  });
  return (
    <div className="verify">
      <Button
        size="small"
        icon={<SafetyCertificateOutlined aria-hidden />}
        loading={verify.isPending}
        onClick={() => verify.mutate()}
      >
        {t('attempt.verify')}
      </Button>
      {verify.error && <span className="tone-text-bad">{verify.error.message}</span>}
      {verify.data && (
        <>
          <Verdict name="MD5" verification={verify.data.sign} />
          <Verdict name="HMAC-SHA256" verification={verify.data.webhookSignature} />
        </>
      )}
    </div>
  );
}

function Verdict({ name, verification }: { readonly name: string; readonly verification: Verification }) {
  const { t } = useLanguage();
  return (
    <span>
      {name}{' '}
      <ToneTag tone={tones[verification.verdict]} title={verification.detail}>
        {t(`verify.${verification.verdict}`)}
      </ToneTag>
    </span>
  );
}
