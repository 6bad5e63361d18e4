import type { ResendJob } from '@doorbell/server/api';
import { Button, Progress } from 'antd';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { type Tone, ToneTag } from '../../parts/tags.tsx';
import { useEdit } from '../../parts/use-edit.ts';

const tones: Readonly<Record<ResendJob['state'], Tone>> = { running: 'busy', done: 'good', stopped: 'calm' };

/** How far a resend has come, with a way to stop it while it runs. */
export function ResendProgress({ job }: { readonly job: ResendJob }) {
  const { t } = useLanguage();
  const edit = useEdit();
  const mayOperate = useMay('operate');
  const { id, state, done, total, resent } = job;
  const percent = state === 'done' ? 100 : Math.min(99, Math.floor((100 * done) / Math.max(total, 1)));
  return (
    <div className="resend-progress">
      <Progress
        percent={percent}
        size="small"
        showInfo={false}
        aria-label={t('resend.progress')}
        status={state === 'running' ? 'active' : 'normal'}
      />
      <span className="resend-progress-words">
        <ToneTag tone={tones[state]}>{t(`resend.${state}`)}</ToneTag>
        <span className="dim small">
          {t('resend.counts', {
            done: done.toLocaleString(),
            total: total.toLocaleString(),
            resent: resent.toLocaleString(),
          })}
        </span>
        {state === 'running' && mayOperate && (
          <Button
            size="small"
            danger
            title={t('resend.stopHint')}
            loading={edit.isPending}
            onClick={() => edit.mutate({ path: `/resends/${id}/stop`, method: 'POST', body: {} })}
          >
            {t('resend.stop')}
          </Button>
        )}
      </span>
    </div>
  );
}
