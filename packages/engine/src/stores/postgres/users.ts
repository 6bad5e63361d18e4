import type { Actor } from '../../audit.ts';
import type { StoreAccess } from '../../store-access.ts';
import { editedUser, endsSessions, type User, type UserEdit, UserExists } from '../../user.ts';
import { type UserRow, userOf } from '../access-row.ts';
import { userView } from '../audit-view.ts';
import type { AuditLog } from './audit-log.ts';
import type { StoreContext } from './context.ts';
import { endpointSql } from './endpoint-book.ts';
import type { Session } from './transaction.ts';

const usersSql = {
  // Users are few and seldom edited: one at a time, so that two edits cannot leave no admin between them.
  lock: 'lock table doorbell.user_account in share row exclusive mode',
  insert: `insert into doorbell.user_account (name, role, password_hash, disabled, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6)`,
  update: `update doorbell.user_account set role = $2, password_hash = $3, disabled = $4, updated_at = $5
    where name = $1`,
  find: 'select * from doorbell.user_account where name = $1',
  list: 'select * from doorbell.user_account order by name',
  endSessions: 'delete from doorbell.session where user_name = $1',
} as const;

export type Users = Pick<
  StoreAccess,
  'createUser' | 'createFirstUser' | 'findUser' | 'listUsers' | 'editUser'
>;

export function createUsers(
  { database, givenNow }: Pick<StoreContext, 'database' | 'givenNow'>,
  audit: AuditLog,
): Users {
  const list = async (session: Session) => (await session.rows<UserRow>(usersSql.list)).map(userOf);

  async function create(session: Session, user: User, by: Actor | undefined): Promise<void> {
    const { name, role, passwordHash, disabled, createdAt, updatedAt } = user;
    await session.rows(usersSql.insert, name, role, passwordHash, disabled, createdAt, updatedAt);
    await audit.record(session, by, 'user.create', name, null, userView(user));
  }

  async function edit(session: Session, name: string, change: UserEdit, by: Actor | undefined) {
    await session.rows(usersSql.lock);
    const users = await list(session);
    const user = users.find((each) => each.name === name);
    if (user === undefined) return undefined;
    const [clock] = await session.rows<{ now: number }>(endpointSql.now, givenNow());
    const edited = editedUser(user, change, users, clock?.now ?? user.updatedAt);
    const { role, passwordHash, disabled, updatedAt } = edited;
    await session.rows(usersSql.update, name, role, passwordHash, disabled, updatedAt);
    if (endsSessions(change)) await session.rows(usersSql.endSessions, name);
    await audit.record(session, by, 'user.edit', name, userView(user), userView(edited, user));
    return edited;
  }

  return {
    createUser: (user, by) =>
      database.transaction(async (session) => {
        await session.rows(usersSql.lock);
        const users = await list(session);
        if (users.some(({ name }) => name === user.name)) throw new UserExists(user.name);
        await create(session, user, by);
      }),
    createFirstUser: (user, by) =>
      database.transaction(async (session) => {
        await session.rows(usersSql.lock);
        if ((await list(session)).length > 0) return false;
        await create(session, user, by);
        return true;
      }),
    async findUser(name) {
      const [row] = await database.rows<UserRow>(usersSql.find, name);
      return row === undefined ? undefined : userOf(row);
    },
    listUsers: () => list(database),
    editUser: (name, change, by) => database.transaction((session) => edit(session, name, change, by)),
  };
}
