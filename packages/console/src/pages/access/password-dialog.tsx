import { Button, Form, Input } from 'antd';
import { useLanguage } from '../../i18n/language.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { useEdit } from '../../parts/use-edit.ts';

interface PasswordDialogProps {
  readonly userName: string;
  readonly onClose: () => void;
}

const passwordLengthMin = 12;

export function PasswordDialog({ userName, onClose }: PasswordDialogProps) {
  const { t } = useLanguage();
  const edit = useEdit();
  const rule = t('setUp.rule', { count: passwordLengthMin });
  return (
    <Dialog title={`${t('access.setPassword')}: ${userName}`} onCancel={onClose}>
      <Form
        layout="vertical"
        onFinish={(body) =>
          edit.mutate(
            {
              path: `/users/${encodeURIComponent(userName)}`,
              method: 'PATCH',
              body,
              done: t('access.passwordSet'),
            },
            { onSuccess: onClose },
          )
        }
      >
        <Form.Item
          name="password"
          label={t('signIn.password')}
          extra={rule}
          rules={[{ required: true, min: passwordLengthMin, message: rule }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={edit.isPending} block>
          {t('access.setPassword')}
        </Button>
      </Form>
    </Dialog>
  );
}
