import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { ApiProblem } from '../api/api-problem.ts';
import { callApi } from '../api/call-api.ts';
import { credentials } from '../api/credentials.ts';
import { useLanguage } from '../i18n/language.tsx';
import { Switches } from './switches.tsx';

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const { t } = useLanguage();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const signIn = async ({ apiKey }: { apiKey: string }) => {
    setBusy(true);
    credentials.takeApiKey(apiKey.trim());
    try {
      await callApi('/customers');
      onSignedIn();
    } catch (problem) {
      credentials.forget();
      const isRefused = problem instanceof ApiProblem && problem.status === 401;
      setError(isRefused ? t('signIn.wrong') : t('standing.offline'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <div className="sign-in-switches">
        <Switches />
      </div>
      <section className="sign-in-card">
        <img src="/bell.svg" alt="" width={48} height={48} />
        <h1>Doorbell</h1>
        <p>{t('signIn.motto')}</p>
        <Form layout="vertical" size="large" onFinish={signIn} requiredMark={false}>
          <Form.Item
            name="apiKey"
            label={t('signIn.apiKey')}
            rules={[{ required: true, message: t('signIn.needed') }]}
          >
            <Input.Password autoComplete="off" placeholder="dbk_…" />
          </Form.Item>
          {error !== null && <Alert type="error" showIcon title={error} className="sign-in-error" />}
          <Button type="primary" htmlType="submit" block loading={isBusy}>
            {t('signIn.submit')}
          </Button>
        </Form>
      </section>
    </main>
  );
}
