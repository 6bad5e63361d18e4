import { Contender } from '../contender.ts';
import { behindLoad } from '../http/behind-load.ts';
import { putUnderLoad } from '../http/put-under-load.ts';
import { type Figures, inTurns, type Measure, ratiosOf } from '../measure.ts';
import type { Stage } from '../stage.ts';

const adapter = '@doorbell/receiver';
const bare = 'bare node:http';

/** What verifying costs a customer's server. */
export const receiver: Measure = {
  name: 'receiver',
  about:
    'verified requests a second, node:http adapter / bare node:http that reads the body and answers a constant',
  round: (stage, round) =>
    inTurns(round, [
      { contender: bare, run: () => load(stage, 'http/bare-node.ts') },
      { contender: adapter, run: () => load(stage, 'http/receiver.ts') },
    ]),
  rows: (rounds) => [
    {
      what: 'receiver',
      figure: ratiosOf(rounds, adapter, bare, 'perSecond'),
      unit: 'ratio',
      goal: { atLeast: 0.85 },
      behind: behindLoad(rounds, adapter, bare),
    },
  ],
};

async function load(stage: Stage, script: string): Promise<Figures> {
  const server = new Contender(script);
  try {
    const { url } = await server.ask<{ url: string }>('start');
    return await putUnderLoad(
      { url, pid: server.pid },
      {
        requests: { kind: 'notifications' },
        callers: 64,
        count: stage.size(60_000, 30_000),
        expect: '"state":200',
      },
    );
  } finally {
    await server.end();
  }
}
