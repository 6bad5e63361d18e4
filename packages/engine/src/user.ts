import type { EpochMs } from './ports.ts';

/** admin: everything. operator: looks, pauses, resumes, resends, tests. viewer: looks. */
export const userRoles = ['admin', 'operator', 'viewer'] as const;

export type UserRole = (typeof userRoles)[number];

/** Someone who signs in to the console. */
export interface User {
  readonly name: string;
  readonly role: UserRole;
  /** With its salt and cost; see the server's `hashPassword`. */
  readonly passwordHash: string;
  readonly disabled: boolean;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
}

/** What is left out stays. A new password, and being disabled, end the user's sessions. */
export interface UserEdit {
  readonly role?: UserRole | undefined;
  readonly disabled?: boolean | undefined;
  readonly passwordHash?: string | undefined;
}

/** Thrown for a name that is taken. */
export class UserExists extends Error {
  constructor(name: string) {
    super(`There is a user ${JSON.stringify(name)} already.`);
    this.name = 'UserExists';
  }
}

/** Thrown for the edit that would leave nobody who may administer. */
export class LastAdmin extends Error {
  constructor() {
    super('This is the last admin who can sign in: make another one first.');
    this.name = 'LastAdmin';
  }
}

/** The user after the edit. Throws `LastAdmin` when none of `users` could administer any more. */
export function editedUser(user: User, edit: UserEdit, users: readonly User[], now: EpochMs): User {
  const edited: User = {
    ...user,
    role: edit.role ?? user.role,
    disabled: edit.disabled ?? user.disabled,
    passwordHash: edit.passwordHash ?? user.passwordHash,
    updatedAt: now,
  };
  const others = users.filter(({ name }) => name !== user.name);
  if (isActiveAdmin(user) && ![...others, edited].some(isActiveAdmin)) throw new LastAdmin();
  return edited;
}

/** Whether sessions that were made before the edit are over. */
export function endsSessions({ disabled, passwordHash }: UserEdit): boolean {
  return disabled === true || passwordHash !== undefined;
}

function isActiveAdmin({ role, disabled }: User): boolean {
  return role === 'admin' && !disabled;
}
