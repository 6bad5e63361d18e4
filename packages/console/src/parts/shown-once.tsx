import { Button } from 'antd';
import { useLanguage } from '../i18n/language.tsx';
import { Copyable } from './copyable.tsx';
import { Dialog } from './dialog.tsx';

interface ShownOnceProps {
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** A secret that the server will not tell again. */
export function ShownOnce({ title, secret, onClose }: ShownOnceProps) {
  const { t } = useLanguage();
  return (
    <Dialog title={title} onCancel={onClose}>
      <div className="new-key">
        <p>{t('access.shownOnce')}</p>
        <Copyable text={secret} />
        <Button type="primary" onClick={onClose} block>
          {t('endpoint.done')}
        </Button>
      </div>
    </Dialog>
  );
}
