import { taskStateChange } from '../notifications/task-state-change.ts';
import { quote } from '../quote.ts';
import { taskStates } from '../task-state.ts';
import { alone, type Mistake, mistake } from './mistake.ts';
import { byCodeUnit, type Entry, type Recipe, type SentField } from './recipe.ts';

const declared: readonly string[] = Object.keys(taskStateChange.fields);
const dropped: readonly string[] = ['userId', 'userName'];

/** Which fields signers take, and which they forget. */
export function mistakesOfChoice(fields: readonly SentField[]): readonly Mistake[] {
  const names = [...new Set(fields.map(({ name }) => name))];
  const only = (keep: (field: SentField) => boolean): Partial<Recipe> => ({
    choose: (all) => all.filter(keep),
  });
  const found: Mistake[] = [];
  const extras = names.filter((name) => !declared.includes(name));
  if (extras.length > 0 && extras.length < names.length) {
    found.push(
      mistake(
        'extras-left-out',
        only(({ name }) => declared.includes(name)),
        listed(extras),
      ),
    );
  }
  if (dropped.every((name) => names.includes(name))) {
    found.push(
      mistake(
        'revision-signed',
        only(({ name }) => !dropped.includes(name)),
      ),
    );
  }
  for (const name of names) {
    found.push(
      mistake(
        'field-left-out',
        only((field) => field.name !== name),
        `It is ${quote(name)}.`,
      ),
    );
  }
  if (names.length < fields.length) found.push(...repeatsMerged);
  const state = fields.find(({ name }) => name === 'state')?.value;
  if (state !== undefined) found.push(...otherStates(state));
  return found;
}

function listed(names: readonly string[]): string {
  return `Not signed: ${quote(names.join(', '))}.`;
}

function otherStates(sent: string): readonly Mistake[] {
  return taskStates
    .filter(({ code }) => String(code) !== sent)
    .map(({ code, en }) => {
      const choose: Recipe['choose'] = (fields) =>
        fields.map((field) =>
          field.name === 'state' ? { name: 'state', value: String(code), wireValue: String(code) } : field,
        );
      return alone(mistake('state-other', { choose }, `Signed for state ${code} (${en}).`));
    });
}

function mergeRepeats(
  fields: readonly SentField[],
  merge: (earlier: SentField, later: SentField) => SentField,
): readonly SentField[] {
  const merged = new Map<string, SentField>();
  for (const field of fields) {
    const earlier = merged.get(field.name);
    merged.set(field.name, earlier === undefined ? field : merge(earlier, field));
  }
  return [...merged.values()];
}

const repeatsMerged: readonly Mistake[] = [
  mistake(
    'repeats-merged',
    { choose: (all) => mergeRepeats(all, (earlier) => earlier) },
    'The first counts.',
  ),
  mistake('repeats-merged', { choose: (all) => mergeRepeats(all, (_, later) => later) }, 'The last counts.'),
  mistake(
    'repeats-merged',
    {
      choose: (all) =>
        mergeRepeats(all, (earlier, later) => ({
          name: later.name,
          value: `${earlier.value},${later.value}`,
          wireValue: `${earlier.wireValue},${later.wireValue}`,
        })),
    },
    'Joined with commas.',
  ),
];

type Order = NonNullable<Recipe['order']>;

const byText = (left: string, right: string): number => byCodeUnit([left, ''], [right, '']);
const english = new Intl.Collator('en');
const chinese = new Intl.Collator('zh-CN');
const rank = (name: string): number => {
  const index = declared.indexOf(name);
  return index === -1 ? declared.length : index;
};

const orders: readonly (readonly [Mistake['code'], string | null, Order | null])[] = [
  ['order-of-body', null, null],
  ['order-descending', null, (left, right) => byCodeUnit(right, left)],
  ['order-of-table', null, ([left], [right]) => rank(left) - rank(right)],
  ['order-ignores-case', null, ([left], [right]) => byText(left.toLowerCase(), right.toLowerCase())],
  ['order-ignores-case', null, ([left], [right]) => byText(left.toUpperCase(), right.toUpperCase())],
  ['order-of-locale', 'As ICU sorts English.', ([left], [right]) => english.compare(left, right)],
  ['order-of-locale', 'As ICU sorts Chinese.', ([left], [right]) => chinese.compare(left, right)],
];

/** How signers sort. Only orders that differ for these names. */
export function mistakesOfOrder(fields: readonly SentField[]): readonly Mistake[] {
  const entries = fields.map(({ name, value }): Entry => [name, value]);
  const inOrder = (order: Order | null): string =>
    (order === null ? entries : [...entries].sort(order)).map(([name]) => name).join('\0');
  const correct = inOrder(byCodeUnit);
  const byName = orders
    .filter(([, , order]) => inOrder(order) !== correct)
    .map(([code, detail, order]) => mistake(code, { order }, detail));
  return [...byName, mistake('order-by-value', { order: ([, left], [, right]) => byText(left, right) })];
}
