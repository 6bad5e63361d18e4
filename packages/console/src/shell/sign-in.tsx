import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { ApiProblem } from '../api/api-problem.ts';
import { openSession, type User } from '../api/session.ts';
import { useLanguage } from '../i18n/language.tsx';
import type { TextKey } from '../i18n/zh.ts';
import { SignInCard } from './sign-in-card.tsx';

interface SignInValues {
  readonly userName: string;
  readonly password: string;
}

export default function SignIn({ onSignedIn }: { readonly onSignedIn: (user: User) => void }) {
  const { t } = useLanguage();
  const [error, setError] = useState<TextKey | null>(null);
  const [isBusy, setBusy] = useState(false);
  const signIn = async (values: SignInValues) => {
    setBusy(true);
    try {
      onSignedIn(await openSession(values));
    } catch (problem) {
      setError(textOfProblem(problem));
      setBusy(false);
    }
  };
  const needed = [{ required: true, message: t('signIn.needed') }];
  return (
    <SignInCard motto={t('signIn.motto')}>
      <Form<SignInValues> layout="vertical" size="large" onFinish={signIn} requiredMark={false}>
        <Form.Item name="userName" label={t('signIn.userName')} rules={needed}>
          <Input autoComplete="username" />
        </Form.Item>
        <Form.Item name="password" label={t('signIn.password')} rules={needed}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        {error !== null && <Alert type="error" showIcon title={t(error)} className="sign-in-error" />}
        <Button type="primary" htmlType="submit" block loading={isBusy}>
          {t('signIn.submit')}
        </Button>
      </Form>
    </SignInCard>
  );
}

function textOfProblem(problem: unknown): TextKey {
  const status = problem instanceof ApiProblem ? problem.status : 0;
  if (status === 401) return 'signIn.wrong';
  if (status === 429) return 'signIn.throttled';
  return status === 0 ? 'standing.offline' : 'standing.failed';
}
