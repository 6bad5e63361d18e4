import { randomBytes } from 'node:crypto';
import { systemClock } from '@doorbell/engine/system';
import { hashPassword } from '@doorbell/server/database';
import { commandActor, type Place, withNewAccess } from '../access-data.ts';

export interface DemoAdmin {
  readonly name: string;
  readonly password: string;
}

/** The user `demo`, with a new password each time the demo starts. */
export async function makeDemoAdmin(place: Place): Promise<DemoAdmin> {
  const admin = { name: 'demo', password: randomBytes(12).toString('base64url') };
  const passwordHash = await hashPassword(admin.password, randomBytes);
  const user = { name: admin.name, role: 'admin', disabled: false, passwordHash } as const;
  const now = systemClock.now();
  const by = commandActor('serve --demo');
  await withNewAccess(place, async (access) => {
    const edited = await access.editUser(admin.name, user, by);
    if (edited === undefined) await access.createUser({ ...user, createdAt: now, updatedAt: now }, by);
  });
  return admin;
}
