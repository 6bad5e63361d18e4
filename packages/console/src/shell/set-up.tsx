import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { setUp, type User } from '../api/session.ts';
import { useLanguage } from '../i18n/language.tsx';
import { SignInCard } from './sign-in-card.tsx';

interface SetUpProps {
  readonly setupToken: string;
  readonly onSetUp: (user: User) => void;
}

interface SetUpValues {
  readonly userName: string;
  readonly password: string;
}

const passwordLengthMin = 12;

/** The first administrator chooses a name and a password. */
export default function SetUp({ setupToken, onSetUp }: SetUpProps) {
  const { t } = useLanguage();
  const [error, setError] = useState<string | null>(null);
  const create = async ({ userName, password }: SetUpValues) => {
    try {
      const user = await setUp({ setupToken, userName, password });
      window.history.replaceState(null, '', '/');
      onSetUp(user);
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  };
  const needed = { required: true, message: t('signIn.needed') };
  return (
    <SignInCard motto={t('setUp.motto')}>
      <Form<SetUpValues> layout="vertical" size="large" onFinish={create} requiredMark={false}>
        <Form.Item name="userName" label={t('signIn.userName')} rules={[needed]}>
          <Input autoComplete="username" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('signIn.password')}
          extra={t('setUp.rule', { count: passwordLengthMin })}
          rules={[needed, { min: passwordLengthMin, message: t('setUp.rule', { count: passwordLengthMin }) }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('setUp.again')}
          dependencies={['password']}
          rules={[
            needed,
            ({ getFieldValue }) => ({
              validator: async (_, value) => {
                if (value !== getFieldValue('password')) throw new Error(t('setUp.different'));
              },
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        {error !== null && <Alert type="error" showIcon title={error} className="sign-in-error" />}
        <Button type="primary" htmlType="submit" block>
          {t('setUp.submit')}
        </Button>
      </Form>
    </SignInCard>
  );
}
