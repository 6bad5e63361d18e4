import type { Attempt } from '@doorbell/server/api';
import type { ReactNode } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { CopyButton } from './copyable.tsx';
import { curlCommand } from './curl-command.ts';
import { HttpStatus, ResponseState } from './tags.tsx';
import { Waterfall } from './waterfall.tsx';

/** What was sent and what came back, side by side. */
export function Exchange({ attempt }: { readonly attempt: Attempt }) {
  const { t } = useLanguage();
  const { request, response } = attempt;
  return (
    <div className="exchange">
      <section>
        <h4>
          {t('attempt.request')}
          <CopyButton text={curlCommand(request)} caption={t('attempt.copyCurl')} />
        </h4>
        <p className="url">
          POST <code>{request.url}</code>
        </p>
        <Piece title={t('attempt.fields')}>
          {request.fields === null ? (
            <p className="dim">{t('attempt.undecoded')}</p>
          ) : (
            <Pairs pairs={request.fields.map(({ name, value }) => [name, value])} />
          )}
        </Piece>
        <Piece title={t('attempt.body')} copy={request.body}>
          <pre>{request.body}</pre>
        </Piece>
        <Piece title={t('attempt.signedText')}>
          <pre>{request.signedText ?? t('attempt.unsigned')}</pre>
        </Piece>
        <Piece title={t('attempt.headers')}>
          <Pairs pairs={Object.entries(request.headers)} />
        </Piece>
      </section>
      <section>
        {attempt.timings !== null && <Waterfall timings={attempt.timings} />}
        <h4>{t('attempt.response')}</h4>
        <dl className="pairs">
          <dt>{t('field.httpStatus')}</dt>
          <dd>
            <HttpStatus status={response.httpStatus} />
          </dd>
          <dt>{t('field.responseState')}</dt>
          <dd>
            <ResponseState state={response.state} />
          </dd>
          <dt>{t('attempt.remote')}</dt>
          <dd>
            <code>{response.remoteAddress ?? '–'}</code>
          </dd>
        </dl>
        <Piece title={t('attempt.body')} copy={response.body ?? undefined}>
          {response.body ? <pre>{response.body}</pre> : <p className="dim">{t('attempt.noBody')}</p>}
        </Piece>
        <p className="dim small">{t('attempt.kept')}</p>
      </section>
    </div>
  );
}

interface PieceProps {
  readonly title: string;
  readonly copy?: string | undefined;
  readonly children: ReactNode;
}

function Piece({ title, copy, children }: PieceProps) {
  return (
    <div className="piece">
      <h5>
        {title}
        {copy !== undefined && copy !== '' && <CopyButton text={copy} />}
      </h5>
      {children}
    </div>
  );
}

function Pairs({ pairs }: { readonly pairs: readonly (readonly [string, string])[] }) {
  return (
    <dl className="pairs code">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === '' ? <span className="dim">""</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
