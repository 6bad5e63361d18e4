import { type NotificationType, type Revision, taskStates } from '@doorbell/contract';

/** What a field may read from the text, without its name, which is not signed. */
export interface ReadableField {
  readonly name: string;
  readonly lengthMin: number;
  readonly lengthMax: number;
  /** Whether it may also be absent or empty, whatever lengthMin says. */
  readonly optional: boolean;
  readonly pattern: RegExp | undefined;
  /** Where only these texts are legal. */
  readonly oneOf: readonly string[] | undefined;
}

const notifiedStates = taskStates.filter(({ notified }) => notified).map(({ code }) => String(code));
const stateLengths = notifiedStates.map(({ length }) => length);
const EXTRA_LENGTH_MAX = 16_384;

/** Every declared field in the order of signing, whether a given request sent it or not: a forger may. */
export function listReadableFields(
  type: NotificationType,
  revision: Revision,
  extra: readonly string[],
): readonly ReadableField[] {
  const fields: ReadableField[] = Object.entries(type.fields).map(([name, field]) => {
    if (field.kind === 'integer') {
      const [lengthMin, lengthMax] = [Math.min(...stateLengths), Math.max(...stateLengths)];
      return { name, lengthMin, lengthMax, optional: false, pattern: undefined, oneOf: notifiedStates };
    }
    const { min: lengthMin, max: lengthMax, pattern } = field;
    return {
      name,
      lengthMin,
      lengthMax,
      optional: field.optionalSince === revision,
      pattern,
      oneOf: undefined,
    };
  });
  for (const name of extra) {
    const free = { lengthMin: 0, lengthMax: EXTRA_LENGTH_MAX, pattern: undefined, oneOf: undefined };
    fields.push({ name, ...free, optional: true });
  }
  return fields.sort((left, right) => (left.name < right.name ? -1 : 1));
}

/**
 * Whether one character can move between two neighbours and leave both legal. Where no pattern holds the ids it nearly
 * always can, and that takes no search; false tells nothing.
 */
export function canMoveOne(fields: readonly ReadableField[], values: ReadonlyMap<string, string>): boolean {
  for (let index = 1; index < fields.length; index++) {
    const [left, right] = [fields[index - 1], fields[index]];
    if (left === undefined || right === undefined || !isFree(left) || !isFree(right)) continue;
    const [before, after] = [values.get(left.name) ?? '', values.get(right.name) ?? ''];
    if (mayLose(left, before) && mayGain(right, after) && !isInsidePair(before, before.length - 1))
      return true;
    if (mayLose(right, after) && mayGain(left, before) && !isInsidePair(after, 1)) return true;
  }
  return false;
}

function isFree({ oneOf, pattern }: ReadableField): boolean {
  return oneOf === undefined && pattern === undefined;
}

function mayLose({ lengthMin, optional }: ReadableField, value: string): boolean {
  return value.length > lengthMin || (optional && value.length === 1);
}

function mayGain({ lengthMin, lengthMax }: ReadableField, value: string): boolean {
  return value.length + 1 >= lengthMin && value.length < lengthMax;
}

/** Enough for ids of fixed form many times over; without patterns a second reading is found long before. */
const STEPS_MAX = 20_000;

/**
 * Whether the joined values can be cut into legal fields in more than one way: the MD5 rule signs neither names nor
 * boundaries, so each cut has the same signature. The timestamp cannot take part: it is always the last 13 digits.
 * A text that would take over 20,000 steps to decide, about a millisecond, counts as having one.
 */
export function hasSecondReading(fields: readonly ReadableField[], text: string): boolean {
  const shortest = sumsFromEnd(fields, ({ lengthMin, optional }) => (optional ? 0 : lengthMin));
  const longest = sumsFromEnd(fields, ({ lengthMax }) => lengthMax);
  const counted = new Map<number, number>();
  let steps = 0;

  /** The readings of the text from `start` by the fields from `index`; 2 stands for any number above 1. */
  function countReadings(index: number, start: number): number {
    const field = fields[index];
    if (field === undefined) return start === text.length ? 1 : 0;
    const place = index * (text.length + 1) + start;
    const known = counted.get(place);
    if (known !== undefined) return known;

    const from = Math.max(start, text.length - (longest[index + 1] ?? 0));
    const to = Math.min(start + field.lengthMax, text.length - (shortest[index + 1] ?? 0));
    let readings = 0;
    for (let end = from; end <= to && readings < 2; end++) {
      if (++steps > STEPS_MAX) return 2;
      if (mayRead(field, text, start, end)) readings += countReadings(index + 1, end);
    }
    counted.set(place, readings);
    return readings;
  }
  return countReadings(0, 0) > 1;
}

function mayRead(field: ReadableField, text: string, start: number, end: number): boolean {
  if (end === start) return field.optional || field.lengthMin === 0;
  if (end - start < field.lengthMin || isInsidePair(text, end)) return false;
  if (field.oneOf !== undefined) return field.oneOf.includes(text.slice(start, end));
  return field.pattern === undefined || field.pattern.test(text.slice(start, end));
}

/** Half of a surrogate pair cannot be sent, so no value ends there. */
function isInsidePair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** At each index, the sum of the field there and all after it. */
function sumsFromEnd(
  fields: readonly ReadableField[],
  length: (field: ReadableField) => number,
): readonly number[] {
  const sums = [0];
  for (const field of fields.toReversed()) sums.unshift((sums[0] ?? 0) + length(field));
  return sums;
}
