import { formatCount } from '../format.ts';
import { putInOverHttp } from '../http/put-in.ts';
import { figuresOf, inTurns, type Measure } from '../measure.ts';
import { median, spreadOf } from '../statistics.ts';

const doorbell = 'Doorbell';
const perRequest = 100;
const callers = 8;

export const putInHttpBatches: Measure = {
  name: 'put-in-http-batches',
  about: 'changes a second, durable, by POSTs of 100 changes from 8 callers',
  round: (stage, round) =>
    inTurns(round, [
      {
        contender: doorbell,
        run: () => putInOverHttp(stage, { callers, perRequest, count: stage.size(1_000, 300) }),
      },
    ]),
  rows: (rounds) => [
    {
      what: 'put in, HTTP, batches of 100',
      figure: spreadOf(figuresOf(rounds, doorbell, 'perSecond').map((requests) => requests * perRequest)),
      unit: 'a second',
      goal: { atLeast: 20_000 },
      behind: `CPU ${formatCount(median(figuresOf(rounds, doorbell, 'cpuMicros')) / perRequest)} us each`,
    },
  ],
};
