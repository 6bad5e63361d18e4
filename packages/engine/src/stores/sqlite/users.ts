import type { Actor } from '../../audit.ts';
import type { EpochMs } from '../../ports.ts';
import { editedUser, endsSessions, type User, type UserEdit, UserExists } from '../../user.ts';
import { type UserRow, userOf } from '../access-row.ts';
import { userView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { Connection } from './connection.ts';

const usersSql = {
  insert: `insert into user_account (name, role, password_hash, disabled, created_at, updated_at)
    values (?, ?, ?, ?, ?, ?)`,
  update:
    'update user_account set role = ?2, password_hash = ?3, disabled = ?4, updated_at = ?5 where name = ?1',
  find: 'select * from user_account where name = ?',
  list: 'select * from user_account order by name',
  endSessions: 'delete from session where user_name = ?',
} as const;

export interface Users {
  /** Throws `UserExists`. */
  create(user: User, by: Actor | undefined): void;
  createFirst(user: User, by: Actor | undefined): boolean;
  find(name: string): User | undefined;
  list(): readonly User[];
  /** Throws `LastAdmin`. */
  edit(name: string, edit: UserEdit, by: Actor | undefined): User | undefined;
}

export function createUsers(connection: Connection, audit: AuditLog, now: () => EpochMs): Users {
  const insert = connection.prepare(usersSql.insert);
  const update = connection.prepare(usersSql.update);
  const findRow = connection.prepare<UserRow>(usersSql.find);
  const listRows = connection.prepare<UserRow>(usersSql.list);
  const endAll = connection.prepare(usersSql.endSessions);
  const list = () => listRows.all().map(userOf);

  function find(name: string): User | undefined {
    const row = findRow.get(name);
    return row === undefined ? undefined : userOf(row);
  }

  function create(user: User, by: Actor | undefined): void {
    if (find(user.name) !== undefined) throw new UserExists(user.name);
    const { name, role, passwordHash, disabled, createdAt, updatedAt } = user;
    insert.run(name, role, passwordHash, Number(disabled), createdAt, updatedAt);
    audit.record(by, 'user.create', name, null, userView(user));
  }

  return {
    create,
    createFirst(user, by) {
      if (listRows.all().length > 0) return false;
      create(user, by);
      return true;
    },
    find,
    list,
    edit(name, edit, by) {
      const user = find(name);
      if (user === undefined) return undefined;
      const edited = editedUser(user, edit, list(), now());
      update.run(name, edited.role, edited.passwordHash, Number(edited.disabled), edited.updatedAt);
      if (endsSessions(edit)) endAll.run(name);
      audit.record(by, 'user.edit', name, userView(user), userView(edited, user));
      return edited;
    },
  };
}
