import { Button, Form, Input, Select } from 'antd';
import { useLanguage } from '../../i18n/language.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { useEdit } from '../../parts/use-edit.ts';

const roles = ['viewer', 'operator', 'admin'] as const;
const passwordLengthMin = 12;

export function UserDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useLanguage();
  const edit = useEdit();
  const needed = { required: true, message: t('signIn.needed') };
  const rule = t('setUp.rule', { count: passwordLengthMin });
  return (
    <Dialog title={t('access.newUser')} onCancel={onClose}>
      <Form
        layout="vertical"
        initialValues={{ role: 'operator' }}
        onFinish={(body) =>
          edit.mutate(
            { path: '/users', method: 'POST', body, done: t('settings.saved') },
            { onSuccess: onClose },
          )
        }
      >
        <Form.Item name="name" label={t('signIn.userName')} rules={[needed]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="role" label={t('access.role')} extra={t('access.roleHint')}>
          <Select options={roles.map((value) => ({ value, label: t(`role.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('signIn.password')}
          extra={rule}
          rules={[needed, { min: passwordLengthMin, message: rule }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={edit.isPending} block>
          {t('access.newUser')}
        </Button>
      </Form>
    </Dialog>
  );
}
