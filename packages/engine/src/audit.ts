import { hash } from 'node:crypto';
import type { EpochMs } from './ports.ts';

/** Who did it. `id` is the key's id, the user's name, the link's id or the command; `address` is null for a command. */
export interface Actor {
  readonly kind: 'key' | 'user' | 'customer' | 'command' | 'anonymous';
  readonly id: string;
  readonly address: string | null;
}

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

/** One thing that someone did. Secrets are masked before they get here. */
export interface AuditDraft {
  readonly actor: Actor;
  /** `<noun>.<verb>`, as `endpoint.pause`. */
  readonly action: string;
  /** What it was done to; empty for nothing in particular. */
  readonly target: string;
  readonly before: Json;
  readonly after: Json;
}

/** A row of the audit log: dense in `sequence`, chained by hashes. */
export interface AuditEntry extends AuditDraft {
  readonly sequence: number;
  readonly at: EpochMs;
  /** The hash of the row before; of the first row ever, 64 zeros. */
  readonly previousHash: string;
  readonly hash: string;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
}

/** Where the log begins and ends. Rows up to `retired` were removed by retention; their last hash is kept. */
export interface AuditEnds {
  readonly retired: AuditPlace;
  readonly head: AuditPlace;
}

export interface AuditPlace {
  readonly sequence: number;
  readonly hash: string;
}

export type AuditVerdict =
  | { readonly intact: true; readonly rows: number; readonly head: AuditPlace }
  | { readonly intact: false; readonly brokenAt: number; readonly why: string };

/** Before the first row. */
export const noAuditHash: string = '0'.repeat(64);

/** The row after `last`. */
export function chained(draft: AuditDraft, last: AuditPlace, at: EpochMs): AuditEntry {
  const { actor } = draft;
  const storable = { ...draft, actor: { ...actor, id: asText(actor.id) }, target: asText(draft.target) };
  const entry = { ...storable, sequence: last.sequence + 1, at, previousHash: last.hash };
  return { ...entry, hash: auditHash(entry) };
}

/** Neither database keeps a NUL or a lone surrogate as it is, and a stranger may type both as a name. */
function asText(given: string): string {
  return given.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** SHA-256 over the canonical JSON of everything but the hash itself, in lowercase hex. */
export function auditHash(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, at, actor, action, target, before, after, previousHash } = entry;
  const { kind, id, address } = actor;
  const signed = { sequence, at, actor: { kind, id, address }, action, target, before, after, previousHash };
  return hash('sha256', canonicalJson(signed), 'hex');
}

/** JSON with the names of every object in the order of their code units and no white space (as RFC 8785). */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter((member): member is [string, Json] => member[1] !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

/** What verification reads: the ends, and the rows after a sequence, oldest first. */
export interface AuditSource {
  auditEnds(): Promise<AuditEnds>;
  readAudit(afterSequence: number, limit: number): Promise<readonly AuditEntry[]>;
}

const rowsPerRead = 500;

/**
 * Walks the whole log and names the first row that was changed, removed or put in later. `anchor` is a place that was
 * noted elsewhere before: whoever can write the database could else compute a whole new chain.
 */
export async function verifyAudit(source: AuditSource, anchor?: AuditPlace): Promise<AuditVerdict> {
  const { retired, head } = await source.auditEnds();
  let last = retired;
  let isAnchored = anchor === undefined || isSame(anchor, retired);
  while (last.sequence < head.sequence) {
    const rows = await source.readAudit(last.sequence, rowsPerRead);
    if (rows.length === 0) return broken(last.sequence + 1, 'The row is missing.');
    // Rows that came after the ends were read are not judged; the next verification sees them.
    for (const row of rows.slice(0, head.sequence - last.sequence)) {
      const fault = faultOf(row, last);
      if (fault !== undefined) return fault;
      last = row;
      isAnchored ||= anchor !== undefined && isSame(anchor, row);
    }
  }
  if (!isSame(last, head))
    return broken(last.sequence, 'The log does not end with the row it says it ends with.');
  if (!isAnchored) return broken(anchor?.sequence ?? 0, 'The row is not the one that was noted.');
  return {
    intact: true,
    rows: last.sequence - retired.sequence,
    head: { sequence: head.sequence, hash: head.hash },
  };
}

function faultOf(row: AuditEntry, last: AuditPlace): AuditVerdict | undefined {
  if (row.sequence !== last.sequence + 1) return broken(last.sequence + 1, 'The row is missing.');
  if (row.previousHash !== last.hash) return broken(row.sequence, 'It does not follow the row before it.');
  if (row.hash !== auditHash(row))
    return broken(row.sequence, 'What it says is not what its hash was made of.');
  return undefined;
}

function isSame(a: AuditPlace, b: AuditPlace): boolean {
  return a.sequence === b.sequence && a.hash === b.hash;
}

function broken(brokenAt: number, why: string): AuditVerdict {
  return { intact: false, brokenAt, why };
}
