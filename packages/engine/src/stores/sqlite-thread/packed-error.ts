import { AppendRefused } from '../../change.ts';
import { EndpointTaken, PausedByOperator, UnknownCustomer } from '../../endpoint.ts';
import { InvalidCursor } from '../../notification.ts';
import { LastAdmin, UserExists } from '../../user.ts';
import { VaultError } from '../../vault.ts';
import { StoreBroken } from '../sqlite/group-commit.ts';
import { ForeignDatabase } from '../sqlite/migrate.ts';
import { DatabaseInUse } from '../sqlite/owner-lock.ts';
import { DamagedDatabase } from '../sqlite/recover.ts';
import { OutdatedDatabase } from '../sqlite/served-record.ts';

/** An error as it crosses threads: cloning alone would keep neither its class nor its own fields. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: PackedError | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Those that callers tell apart by their class; by name, because a bundler may give a class another. */
const classes = {
  AppendRefused,
  DamagedDatabase,
  OutdatedDatabase,
  DatabaseInUse,
  EndpointTaken,
  ForeignDatabase,
  InvalidCursor,
  LastAdmin,
  PausedByOperator,
  RangeError,
  StoreBroken,
  TypeError,
  UnknownCustomer,
  UserExists,
  VaultError,
} as const;
const prototypes = new Map<string, Error>(
  Object.entries(classes).map(([name, each]) => [name, each.prototype]),
);

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return packError(new Error(String(error)));
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    cause: cause === undefined ? undefined : packError(cause),
    fields: Object.fromEntries(Object.entries(error).filter(([, value]) => typeof value !== 'object')),
  };
}

/** An error of the same class, message and fields. */
export function unpackError({ name, message, stack, cause, fields }: PackedError): Error {
  const error = new Error(message, cause === undefined ? {} : { cause: unpackError(cause) });
  Object.setPrototypeOf(error, prototypes.get(name) ?? Error.prototype);
  return Object.assign(error, { name, stack, ...fields });
}
