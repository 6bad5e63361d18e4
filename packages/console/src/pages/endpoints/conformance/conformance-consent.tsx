import { ExperimentOutlined } from '@ant-design/icons';
import type { Endpoint } from '@doorbell/server/api';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { useLanguage } from '../../../i18n/language.tsx';

interface ConformanceConsentProps {
  readonly endpoint: Endpoint;
  readonly isAgain: boolean;
  readonly onBegin: (houseId: string) => void;
}

/** Says what a run does to the customer, and begins it once the endpoint's id has been typed. */
export function ConformanceConsent({ endpoint, isAgain, onBegin }: ConformanceConsentProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState('');
  const [houseId, setHouseId] = useState('');
  return (
    // Open at first; beside results it is out of their way until it is asked for.
    <details className="card conformance-consent" open={!isAgain}>
      <summary>{t(isAgain ? 'conformance.again' : 'conformance.title')}</summary>
      <p className="dim">{t('conformance.hint')}</p>
      <Alert
        type="warning"
        showIcon
        title={t('conformance.warning')}
        description={t('conformance.warningMore')}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === endpoint.id) onBegin(houseId.trim());
        }}
      >
        <div>
          <label className="field-label" htmlFor="conformance-house">
            {t('conformance.house')}
          </label>
          <Input
            id="conformance-house"
            maxLength={64}
            autoComplete="off"
            value={houseId}
            onChange={(event) => setHouseId(event.target.value)}
          />
        </div>
        <div>
          <label className="field-label" htmlFor="conformance-endpoint">
            {t('conformance.type', { id: endpoint.id })}
          </label>
          <Input
            id="conformance-endpoint"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value.trim())}
          />
        </div>
        <Button
          type="primary"
          htmlType="submit"
          icon={<ExperimentOutlined aria-hidden />}
          disabled={typed !== endpoint.id}
        >
          {t(isAgain ? 'conformance.again' : 'conformance.begin')}
        </Button>
      </form>
    </details>
  );
}
