export interface Answering {
  readonly httpStatus: number;
  readonly contentType: string;
  readonly body: string;
}

export type AnsweringKind = 'accept' | 'refuse' | 'fail' | 'html' | 'unauthorized';

/** How customers' endpoints answer in real life. */
export const answers: Readonly<Record<AnsweringKind, Answering>> = {
  accept: json({ state: 200, payload: 'Success' }),
  refuse: json({ state: 403, payload: '该房源不属于本公司' }),
  fail: json({
    state: 500,
    payload: 'java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available',
  }),
  html: {
    httpStatus: 200,
    contentType: 'text/html',
    body: '<!doctype html><title>系统维护中</title><h1>系统维护中，请稍后再试</h1>',
  },
  unauthorized: json({ state: 401, payload: 'sign mismatch' }),
};

function json(envelope: { state: number; payload: string }): Answering {
  return { httpStatus: 200, contentType: 'application/json', body: JSON.stringify(envelope) };
}
