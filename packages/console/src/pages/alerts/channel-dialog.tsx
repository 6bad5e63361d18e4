import type { AlertChannel } from '@doorbell/server/api';
import { Button, Form, Input, Select, Switch } from 'antd';
import { useLanguage } from '../../i18n/language.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { useEdit } from '../../parts/use-edit.ts';

const kinds = ['wecom', 'dingtalk', 'feishu', 'webhook'] as const;
const alertKinds = ['endpoint-paused', 'breaker-open', 'backlog-age', 'refusals'] as const;
const idPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

interface Fields {
  readonly id: string;
  readonly kind: AlertChannel['kind'];
  readonly url?: string;
  readonly secret?: string;
  readonly on: AlertChannel['on'];
  readonly language: AlertChannel['language'];
  readonly enabled: boolean;
}

const fresh: Omit<Fields, 'id'> = { kind: 'wecom', on: [...alertKinds], language: 'zh', enabled: true };

interface ChannelDialogProps {
  /** null for a new one. */
  readonly channel: AlertChannel | null;
  readonly onClose: () => void;
}

/** Creates or edits a channel. URL and secret are never read back: left empty, they stay. */
export default function ChannelDialog({ channel, onClose }: ChannelDialogProps) {
  const { t } = useLanguage();
  const edit = useEdit();
  const save = ({ id, url, secret, ...body }: Fields) =>
    edit.mutate(
      {
        path: `/alert-channels/${channel?.id ?? id}`,
        method: 'PUT',
        body: { ...body, ...(url ? { url: url.trim() } : {}), ...(secret ? { secret: secret.trim() } : {}) },
        done: t('channel.saved'),
      },
      { onSuccess: onClose },
    );
  return (
    <Dialog
      title={channel === null ? t('channel.new') : t('channel.editTitle', { id: channel.id })}
      onCancel={onClose}
    >
      <Form<Fields> layout="vertical" initialValues={channel ?? fresh} onFinish={save}>
        <ChannelFields channel={channel} />
        <Button type="primary" htmlType="submit" loading={edit.isPending} block>
          {t('action.save')}
        </Button>
      </Form>
    </Dialog>
  );
}

function ChannelFields({ channel }: Pick<ChannelDialogProps, 'channel'>) {
  const { t } = useLanguage();
  const kind = Form.useWatch<Fields['kind'] | undefined>('kind') ?? channel?.kind ?? fresh.kind;
  const needed = { required: true, message: t('signIn.needed') };
  const isKept = channel?.kind === kind;
  const secretHint = kind === 'wecom' ? t('channel.secret.none') : t(`channel.secret.${kind}`);
  return (
    <>
      {channel === null && (
        <Form.Item
          name="id"
          label={t('channel.id')}
          extra={t('channel.idRule')}
          rules={[needed, { pattern: idPattern, message: t('channel.idRule') }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="kind" label={t('channel.kind')}>
        <Select options={kinds.map((value) => ({ value, label: t(`channel.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="url"
        label={t('channel.url')}
        extra={isKept ? t('channel.urlKept') : undefined}
        rules={isKept ? [] : [needed]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      {kind !== 'wecom' && (
        <Form.Item
          name="secret"
          label={t('channel.secret')}
          extra={isKept && channel.hasSecret ? `${secretHint} ${t('channel.secretKept')}` : secretHint}
          rules={kind === 'webhook' && !isKept ? [needed] : []}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      )}
      <Form.Item name="on" label={t('channel.on')}>
        <Select
          mode="multiple"
          options={alertKinds.map((value) => ({ value, label: t(`alert.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="language" label={t('channel.language')}>
        <Select
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
      </Form.Item>
      <Form.Item name="enabled" label={t('channel.enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  );
}
