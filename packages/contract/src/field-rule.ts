/** A revision of the published contract: `seed` has six fields, `2021-05` drops userId and userName. */
export type Revision = 'seed' | '2021-05';

/** A field that holds a whole number. `Optional` says in the type whether it may be absent. */
export interface IntegerField<Optional extends boolean = boolean> {
  readonly kind: 'integer';
  readonly optional: Optional;
  readonly optionalSince: undefined;
  /** The values it may take; undefined for any safe integer. */
  readonly oneOf: readonly number[] | undefined;
  /** Whether it is a task state, which has reason codes of its own. */
  readonly taskState: boolean;
}

/** A field that holds text. Lengths are in UTF-16 code units. */
export interface TextField<Optional extends boolean = boolean> {
  readonly kind: 'text';
  readonly optional: Optional;
  /**
   * The revision in which the field is optional and no longer sent, though a receiver may still get it.
   * Undefined: an optional field is so in every revision.
   */
  readonly optionalSince: Revision | undefined;
  readonly min: number;
  readonly max: number;
  readonly pattern: RegExp | undefined;
}

interface IntegerRule {
  readonly oneOf?: readonly number[];
  readonly taskState?: boolean;
  readonly optional?: boolean;
}

interface TextRule {
  readonly max: number;
  readonly min?: number;
  readonly pattern?: RegExp;
  readonly optional?: boolean;
  readonly optionalSince?: Revision;
}

type MayBeAbsent<Rule> = Rule extends { readonly optional: true } | { readonly optionalSince: Revision }
  ? true
  : false;

/** Declares a whole number, by default any that a double holds exactly. */
export function integer<const Rule extends IntegerRule>(rule: Rule): IntegerField<MayBeAbsent<Rule>> {
  return {
    kind: 'integer',
    optional: (rule.optional === true) as MayBeAbsent<Rule>,
    optionalSince: undefined,
    oneOf: rule.oneOf,
    taskState: rule.taskState ?? false,
  };
}

/** Declares text of `min` (by default 1) to `max` UTF-16 code units. */
export function text<const Rule extends TextRule>(rule: Rule): TextField<MayBeAbsent<Rule>> {
  return {
    kind: 'text',
    optional: (rule.optional === true || rule.optionalSince !== undefined) as MayBeAbsent<Rule>,
    optionalSince: rule.optionalSince,
    min: rule.min ?? 1,
    max: rule.max,
    pattern: rule.pattern,
  };
}
