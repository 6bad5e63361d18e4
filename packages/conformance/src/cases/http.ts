import { delivers, refusesOrCloses } from '../case-shapes.ts';
import { type ConformanceCase, plainDelivery } from '../conformance-case.ts';
import { findDeliveryFault, findFirst, findRefusalFault } from '../judge.ts';

const success = 'HTTP 2xx and an envelope with state 200';

const deliveries: readonly ConformanceCase[] = [
  delivers(
    {
      id: 'http-header-case',
      why: 'Names of HTTP headers have no case; proxies rewrite them.',
      sends: 'headers Timestamp, SIGN and CONTENT-TYPE',
      hint: 'Look headers up without regard to case; most frameworks have a function for it.',
    },
    (probe) => {
      const request = probe.sign(probe.fields());
      const respell = (name: string): string =>
        name === 'timestamp' ? 'Timestamp' : name.startsWith('webhook') ? name : name.toUpperCase();
      return { ...request, headers: request.headers.map(([name, value]) => [respell(name), value] as const) };
    },
  ),
  delivers(
    {
      id: 'http-more-headers',
      why: 'Senders and proxies add headers; those that the contract does not know are ignored.',
      sends: 'a user agent, headers of proxies, and those that Doorbell adds',
      hint: 'Do not refuse unknown headers, and do not sign them.',
    },
    (probe) => {
      const doorbell =
        probe.settings.webhookSecret === null
          ? ([
              ['webhook-id', 'a-task.1'],
              ['webhook-timestamp', String(Math.floor(probe.nowMs() / 1000))],
              ['doorbell-sequence', '1'],
              ['doorbell-attempt', '1'],
            ] as const)
          : [];
      const headers = [
        ['user-agent', 'doorbell-conformance'],
        ['accept', '*/*'],
        ['x-forwarded-for', '203.0.113.7, 198.51.100.2'],
        ['x-forwarded-proto', 'https'],
        ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
        ...doorbell,
      ] as const;
      return probe.sign(probe.fields(), { headers });
    },
  ),
  delivers(
    {
      id: 'http-100-continue',
      why: 'Clients of .NET Framework ask with Expect: 100-continue before they send the body.',
      sends: 'Expect: 100-continue, and the body after the go-ahead or after a second',
      hint: 'Answer "100 Continue", as most servers do by themselves, or ignore the header; do not answer 417.',
    },
    (probe) => probe.sign(probe.fields(), { manner: 'expect-continue' }),
  ),
  delivers(
    {
      id: 'http-slow-body',
      why: 'A body arrives in pieces, and a piece may end within a character.',
      sends: 'the body in 8 pieces, 40 ms apart',
      hint: 'Read to the end of the body (Content-Length bytes), put the bytes together, and decode them then.',
    },
    (probe) => probe.sign(probe.fields({ userName: '张三𠮷' }), { manner: 'slow-body' }),
  ),
  delivers(
    {
      id: 'http-slow-head',
      why: 'The head of a request arrives in pieces, too.',
      sends: 'the head in 8 pieces, 40 ms apart',
      hint: 'Leave reading HTTP to an HTTP server; do not read a socket once and take that for the request.',
    },
    (probe) => probe.sign(probe.fields(), { manner: 'slow-head' }),
  ),
  delivers(
    {
      id: 'http-chunked',
      level: 'should',
      why: 'Proxies may pass a body on in chunks, without a Content-Length.',
      sends: 'Transfer-Encoding: chunked',
      hint: 'Use a server or a proxy in front of it that reads chunked bodies.',
    },
    (probe) => probe.sign(probe.fields(), { manner: 'chunked' }),
  ),
  delivers(
    {
      id: 'http-1.0',
      level: 'should',
      why: 'Old proxies speak HTTP/1.0, without keep-alive.',
      sends: 'a request of HTTP/1.0',
      hint: 'Use a server or a proxy in front of it that accepts HTTP/1.0.',
    },
    (probe) => probe.sign(probe.fields(), { manner: 'http-1.0' }),
  ),
];

export const httpCases: readonly ConformanceCase[] = [
  ...deliveries,
  {
    id: 'http-keep-alive',
    level: 'must',
    why: 'The platform sends many notifications over one connection, and each is judged for itself.',
    sends: 'three notifications, one after the other, on one connection',
    accepts: `${success}, three times; the connection may be closed in between`,
    hint: 'Keep nothing between requests in variables that outlive them, read each body completely, and give every answer its Content-Length.',
    needs: [plainDelivery],
    run: async (probe) => {
      const requests = ['10000', '20000', '30000'].map((state) => probe.sign(probe.fields({ state })));
      return findFirst((await probe.sendInTurn(requests)).map(findDeliveryFault));
    },
  },
  {
    id: 'http-keep-alive-after-refusal',
    level: 'must',
    why: 'A refused request leaves the connection usable, or closes it; it must not spoil the next notification.',
    sends: 'a forged request and then a true one on one connection',
    accepts: 'any answer but success, then success',
    hint: 'Read the body before you refuse, or close the connection with the answer (Connection: close).',
    needs: [plainDelivery],
    run: async (probe) => {
      const forged = probe.sign(probe.fields(), { sign: '0'.repeat(32), webhook: 'none' });
      const [first, second] = await probe.sendInTurn([forged, probe.sign(probe.fields())]);
      if (first === undefined || second === undefined) return 'the connection gave no answers';
      return findFirst([findRefusalFault(first), findDeliveryFault(second)]);
    },
  },
  {
    id: 'http-parallel',
    level: 'must',
    why: 'Tasks are independent: the platform has up to 32 notifications in flight to one endpoint.',
    sends: '20 notifications of different tasks at once',
    accepts: `${success}, twenty times`,
    hint: 'Serve requests concurrently, share no state between them, and have enough database connections (or wait for one).',
    needs: [plainDelivery],
    run: async (probe) => {
      const requests = Array.from({ length: 20 }, () => probe.sign(probe.fields()));
      return findFirst((await probe.sendTogether(requests)).map(findDeliveryFault));
    },
  },
  {
    id: 'http-parallel-same-task',
    level: 'should',
    why: 'After time-outs, several changes of one task can be on their way at once; they may wait for each other, but not fail.',
    sends: '8 changes of one task at once',
    accepts: `${success}, eight times`,
    hint: 'Lock the row of the task and wait, or retry the transaction, instead of failing on a conflict.',
    needs: [plainDelivery],
    run: async (probe) => {
      const ids = probe.newIds();
      const states = ['10000', '20000', '30000', '40000', '45000', '50000', '51000', '52000'];
      const requests = states.map((state, index) =>
        probe.sign(probe.fields({ ...ids, state }), { webhook: { sequence: index + 1 } }),
      );
      return findFirst((await probe.sendTogether(requests)).map(findDeliveryFault));
    },
  },
  {
    id: 'http-abandoned',
    level: 'must',
    why: 'Senders go away in the middle of a body; that must not take the endpoint down.',
    sends: 'half a body, then the end of the connection, then a true notification on another one',
    accepts: success,
    hint: 'Catch the error of an aborted request; do not let it end the process, and do not act on half a body.',
    needs: [plainDelivery],
    run: async (probe) => {
      await probe.abandon(probe.sign(probe.fields()));
      return findDeliveryFault(await probe.send(probe.sign(probe.fields())));
    },
  },
  refusesOrCloses(
    {
      id: 'http-body-of-1-mb',
      why: 'Anybody can send large bodies; 64 KiB is all that a notification may have.',
      sends: 'a rightly signed form of 1 MB',
      hint: 'Limit the body (64 KiB), answer 413 and close the connection. Never wait for more than the limit, and never leave the request without an answer.',
    },
    (probe) => probe.sign(probe.fields({ userName: 'x'.repeat(1_000_000) })),
  ),
  refusesOrCloses(
    {
      id: 'http-body-over-64-kb',
      level: 'should',
      why: 'A body of more than 64 KiB is over the limit of the contract.',
      sends: 'a rightly signed form of 70 KB',
      hint: 'Limit the body to 64 KiB.',
    },
    (probe) => probe.sign(probe.fields({ userName: 'x'.repeat(70_000) })),
  ),
];
