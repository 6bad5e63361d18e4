import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { ApiProblem } from '../api/api-problem.ts';
import { openSession, type User } from '../api/session.ts';
import { type Translate, useLanguage } from '../i18n/language.tsx';
import { SignInCard } from './sign-in-card.tsx';

interface SignInValues {
  readonly userName: string;
  readonly password: string;
}

interface SignInProps {
  /** A session has just ended by itself. */
  readonly isOver: boolean;
  readonly onSignedIn: (user: User) => void;
}

export default function SignIn({ isOver, onSignedIn }: SignInProps) {
  const { t } = useLanguage();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const signIn = async (values: SignInValues) => {
    setBusy(true);
    try {
      onSignedIn(await openSession(values));
    } catch (problem) {
      setError(textOfProblem(problem, t));
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
        {error !== null && <Alert type="error" showIcon title={error} className="sign-in-error" />}
        {error === null && isOver && (
          <Alert type="info" showIcon title={t('signIn.over')} className="sign-in-error" />
        )}
        <Button type="primary" htmlType="submit" block loading={isBusy}>
          {t('signIn.submit')}
        </Button>
      </Form>
    </SignInCard>
  );
}

function textOfProblem(problem: unknown, t: Translate): string {
  if (!(problem instanceof ApiProblem)) return t('standing.failed');
  if (problem.status === 401) return t('signIn.wrong');
  return problem.status === 429 ? t('signIn.throttled') : problem.message;
}
