import { type AuditPlace, verifyAudit } from '@doorbell/engine';
import { withExistingAccess } from './access-data.ts';
import { orCannotStart } from './cannot-start.ts';
import { exitCodes } from './command-error.ts';
import { configOf } from './config-of.ts';
import { print, printable, printJson } from './print.ts';

export interface AuditOptions {
  readonly data?: string;
  readonly json?: true;
}

export interface VerifyAuditOptions extends AuditOptions {
  readonly anchor?: AuditPlace;
}

export interface ListAuditOptions extends AuditOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly limit: number;
}

/** Recomputes the whole chain; exit code 1 and the first row that does not fit when it was tampered with. */
export async function verifyAuditLog({ data, json, anchor }: VerifyAuditOptions): Promise<void> {
  const config = configOf({ data });
  const verdict = await orCannotStart(config, async () =>
    withExistingAccess(config, (access) => verifyAudit(access, anchor)),
  );
  if (json) printJson(verdict);
  else if (verdict.intact) {
    const { rows, head } = verdict;
    print(`The audit log is intact: ${rows} rows, the last one ${head.sequence}:${head.hash}`);
  } else print(`The audit log is broken at row ${verdict.brokenAt}: ${verdict.why}`);
  if (!verdict.intact) process.exitCode = exitCodes.no;
}

/** Prints the newest rows, newest first. */
export async function listAuditLog({ data, json, actor, action, limit }: ListAuditOptions): Promise<void> {
  const config = configOf({ data });
  const { items } = await orCannotStart(config, async () =>
    withExistingAccess(config, (access) => access.listAudit({ actor, action }, { limit })),
  );
  if (json) {
    printJson(items.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })));
    return;
  }
  for (const entry of items) {
    const { id, address } = entry.actor;
    const from = address === null ? '' : ` from ${address}`;
    const what = `${entry.action} ${entry.target}`.trimEnd();
    print(printable(`${entry.sequence}  ${new Date(entry.at).toISOString()}  ${what}  by ${id}${from}`));
  }
}
