import { customerName } from './shape.ts';

/** A question to `GET /v1/notifications`, and what it is called. */
export interface Question {
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
}

type Choice = Readonly<Record<string, string>>;

/** The big customer and a small one; an endpoint, one that is paused, a new one, and those that refuse, fail and coalesce. */
const owners: readonly Choice[] = [
  {},
  { customerId: customerName(1) },
  { customerId: customerName(40) },
  ...['e1', 'e1-new', 'e3', 'e7', 'e8', 'e9', 'e40'].map((endpointId) => ({ endpointId })),
];
const results: readonly Choice[] = [{}, ...[0, 1, 2, 3, 4].map((result) => ({ result: String(result) }))];
/** One that every task enters, one in a hundred tasks, one in a thousand, and one that none has entered. */
const states: readonly Choice[] = [
  {},
  ...[50000, 0, 52000, 51000].map((state) => ({ state: String(state) })),
];
const orders: readonly Choice[] = [{}, { order: 'oldest' }];

/** Every combination of the fields of the form, and one house and one task. */
export function listQuestions(now: number): readonly Question[] {
  const at = (days: number) => new Date(now - days * 86_400_000).toISOString();
  const spans: readonly Choice[] = [{}, { from: at(14), to: at(13) }, { from: at(1) }];
  const combined = owners.flatMap((owner) =>
    results.flatMap((result) =>
      states.flatMap((state) =>
        spans.flatMap((span) =>
          orders.map((order) => ({ ...owner, ...result, ...state, ...span, ...order })),
        ),
      ),
    ),
  );
  const looked: readonly Choice[] = [
    { houseId: 'SH-PD-100000500' },
    { houseId: 'SH-PD-100000500', result: '1' },
    { houseTaskId: 'HT100001000' },
    { houseTaskId: 'HT100001000', state: '50000' },
    { houseId: 'no such house' },
  ];
  return [...combined, ...looked].map((query) => ({ name: nameOf(query), query }));
}

function nameOf(query: Choice): string {
  const words = Object.entries(query).map(([name, value]) =>
    name === 'from' || name === 'to' ? name : `${name} ${value}`,
  );
  return words.length === 0 ? 'no filter' : words.join(', ');
}
