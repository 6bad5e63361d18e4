import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  auditHash,
  canonicalJson,
  chained,
  noAuditHash,
  verifyAudit,
} from '../src/audit.ts';

const actor = { kind: 'user', id: 'alice', address: '203.0.113.7' } as const;
const draft = { actor, action: 'endpoint.pause', target: 'e1', before: null, after: { pause: 'tea' } };

function logOf(rows: number): readonly AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let index = 0; index < rows; index += 1) {
    const last = entries.at(-1) ?? { sequence: 0, hash: noAuditHash };
    entries.push(chained({ ...draft, target: `e${index}` }, last, 1_000 + index));
  }
  return entries;
}

function verify(
  rows: readonly AuditEntry[],
  head = rows.at(-1),
  retired = { sequence: 0, hash: noAuditHash },
) {
  return verifyAudit({
    auditEnds: async () => ({ retired, head: head ?? retired }),
    readAudit: async (after, limit) => rows.filter(({ sequence }) => sequence > after).slice(0, limit),
  });
}

describe('canonical JSON', () => {
  it('sorts names, leaves out what is undefined, and keeps text that a decoder could not tell apart', () => {
    const value = { b: [1, true, null], a: { d: undefined, c: 'é\u0000' }, B: -0.5 };
    expect(canonicalJson(value)).toBe('{"B":-0.5,"a":{"c":"é\\u0000"},"b":[1,true,null]}');
  });
});

describe('the chain of the audit log', () => {
  it('is made as the document says, so that anyone can check it without Doorbell', () => {
    const [entry] = logOf(1);
    const text = `{"action":"endpoint.pause","actor":{"address":"203.0.113.7","id":"alice","kind":"user"},"after":{"pause":"tea"},"at":1000,"before":null,"previousHash":"${noAuditHash}","sequence":1,"target":"e0"}`;
    expect(entry?.hash).toBe(hash('sha256', text, 'hex'));
  });

  it('holds over many reads, and from where retention has ended', async () => {
    const rows = logOf(1_203);
    expect(await verify(rows)).toMatchObject({ intact: true, rows: 1_203 });
    const retired = rows[699] as AuditEntry;
    expect(await verify(rows.slice(700), rows.at(-1), retired)).toMatchObject({ intact: true, rows: 503 });
    expect(await verify([])).toMatchObject({ intact: true, rows: 0 });
  });

  const tampered: Readonly<Record<string, (rows: AuditEntry[]) => void>> = {
    'another word in a row': (rows) =>
      rows.splice(4, 1, { ...(rows[4] as AuditEntry), action: 'endpoint.resume' }),
    'another actor': (rows) =>
      rows.splice(4, 1, { ...(rows[4] as AuditEntry), actor: { ...actor, id: 'mallory' } }),
    'a row taken out': (rows) => rows.splice(4, 1),
    'two rows exchanged': (rows) => rows.splice(4, 2, rows[5] as AuditEntry, rows[4] as AuditEntry),
    'a row with a new hash of its own': (rows) => {
      const forged = { ...(rows[4] as AuditEntry), target: 'e9' };
      rows.splice(4, 1, { ...forged, hash: auditHash(forged) });
    },
  };

  it.each(Object.entries(tampered))('breaks at the row of %s', async (what, tamper) => {
    const rows = [...logOf(9)];
    const head = rows.at(-1);
    tamper(rows);
    // The forged row fits its own hash: only the next one tells.
    const brokenAt = what.startsWith('a row with a new hash') ? 6 : 5;
    expect(await verify(rows, head)).toMatchObject({ intact: false, brokenAt });
  });

  it('misses rows that were cut off at the end, and one that was added behind it', async () => {
    const rows = logOf(9);
    expect(await verify(rows.slice(0, 7), rows[8])).toMatchObject({ intact: false, brokenAt: 8 });
    const other = { ...(rows[8] as AuditEntry), hash: noAuditHash };
    expect(await verify(rows, other)).toMatchObject({ intact: false, brokenAt: 9 });
  });

  it('tells a whole new chain by a place that was noted before', async () => {
    const source = (rows: readonly AuditEntry[]) => ({
      auditEnds: async () => ({
        retired: { sequence: 0, hash: noAuditHash },
        head: rows.at(-1) as AuditEntry,
      }),
      readAudit: async (after: number) => rows.filter(({ sequence }) => sequence > after),
    });
    const noted = logOf(9)[5] as AuditEntry;
    expect(await verifyAudit(source(logOf(12)), noted)).toMatchObject({ intact: true });
    const rewritten = logOf(9).map((row) => ({ ...row, target: 'nothing to see' }));
    const chain: AuditEntry[] = [];
    for (const row of rewritten) {
      chain.push(chained(row, chain.at(-1) ?? { sequence: 0, hash: noAuditHash }, row.at));
    }
    expect(await verifyAudit(source(chain))).toMatchObject({ intact: true });
    expect(await verifyAudit(source(chain), noted)).toMatchObject({ intact: false, brokenAt: 6 });
  });
});
