import type { IntegerField, Revision, TextField } from './field-rule.ts';

/** A declared field. */
export type Field = IntegerField | TextField;

/** Declared fields, in the order in which they are sent. */
export type FieldSet = Readonly<Record<string, Field>>;

/** A kind of notification: its name and its fields, nothing else. */
export interface NotificationType<Fields extends FieldSet = FieldSet> {
  readonly name: string;
  readonly fields: Fields;
}

type OptionalNames<Fields> = {
  [Name in keyof Fields]: Fields[Name] extends { readonly optional: true } ? Name : never;
}[keyof Fields];
type ValueOf<F> = F extends IntegerField ? number : string;
type Flat<T> = { [Name in keyof T]: T[Name] };

/** The values of a notification type: numbers for integers, strings for text. */
export type ValuesOf<Type extends NotificationType> =
  Type extends NotificationType<infer Fields>
    ? Flat<
        { readonly [Name in Exclude<keyof Fields, OptionalNames<Fields>>]: ValueOf<Fields[Name]> } & {
          readonly [Name in OptionalNames<Fields>]?: ValueOf<Fields[Name]>;
        }
      >
    : never;

/** Declares a notification type; its fields are all it takes. */
export function defineNotification<const Fields extends FieldSet>(
  name: string,
  fields: Fields,
): NotificationType<Fields> {
  return { name, fields };
}

/** Whether a field may be absent in this revision of the contract. */
export function isOptionalIn(field: Field, revision: Revision): boolean {
  return field.optional && (field.optionalSince === undefined || field.optionalSince === revision);
}
