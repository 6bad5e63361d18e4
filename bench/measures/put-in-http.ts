import { Contender } from '../contender.ts';
import { behindLoad } from '../http/behind-load.ts';
import { putInOverHttp } from '../http/put-in.ts';
import { putUnderLoad } from '../http/put-under-load.ts';
import { type Figures, inTurns, type Measure, ratiosOf } from '../measure.ts';
import type { Stage } from '../stage.ts';

const doorbell = 'Doorbell';
const fastify = 'empty Fastify route';
const callers = 64;

export const putInHttp: Measure = {
  name: 'put-in-http',
  about: 'single POSTs a second, durable, 64 callers / an empty Fastify POST route that parses the same JSON',
  round: (stage, round) =>
    inTurns(round, [
      { contender: fastify, run: () => loadFastify(stage) },
      {
        contender: doorbell,
        run: () => putInOverHttp(stage, { callers, perRequest: 1, count: stage.size(30_000, 10_000) }),
      },
    ]),
  rows: (rounds) => [
    {
      what: 'put in, HTTP',
      figure: ratiosOf(rounds, doorbell, fastify, 'perSecond'),
      unit: 'ratio',
      goal: { atLeast: 0.6 },
      behind: behindLoad(rounds, doorbell, fastify),
    },
  ],
};

async function loadFastify(stage: Stage): Promise<Figures> {
  const server = new Contender('http/empty-fastify.ts');
  try {
    const { url } = await server.ask<{ url: string }>('start');
    return await putUnderLoad(
      { url, pid: server.pid },
      {
        requests: {
          kind: 'state-changes',
          apiKey: 'dbk_0123456789ab_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG',
          perRequest: 1,
        },
        callers,
        count: stage.size(60_000, 20_000),
        expect: '"sequence":1',
      },
    );
  } finally {
    await server.end();
  }
}
