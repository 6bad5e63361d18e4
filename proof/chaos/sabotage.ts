import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChaosOptions } from './options.ts';

/** A guard of Doorbell that a run may go without, to show that the run then fails. */
export interface Sabotage {
  /** What the verdict must then find: one of these. */
  readonly findings: readonly string[];
  /** By store: the module of the engine, the text that is the guard, and what stands there instead. */
  readonly edits: Readonly<Partial<Record<ChaosOptions['store'], SourceEdit>>>;
}

export interface SourceEdit {
  /** Within the engine's sources, without its ending. */
  readonly module: string;
  readonly text: string;
  readonly instead: string;
}

const dropsSome: SourceEdit = {
  module: 'settle-queue',
  text: 'await store.settle(batch.map(({ settlement }) => settlement))',
  instead: `(await store.settle(batch.map(({ settlement }) => settlement).filter(() => Math.random() > 0.02)),
    batch.map(() => 'applied'))`,
};

export const sabotages: Readonly<Record<string, Sabotage>> = {
  lease: {
    findings: ['duplicates after certain outcomes'],
    edits: {
      postgres: {
        module: 'stores/postgres/claim',
        text: 'l.lease_until <= (select now from clock)',
        instead: 'true',
      },
      sqlite: { module: 'stores/sqlite/claim', text: 'l.lease_until <= ?3', instead: '?3 = ?3' },
    },
  },
  fence: {
    findings: ['duplicates after certain outcomes'],
    // With one process nobody is ever fenced off: its leases are cleared when it starts.
    edits: {
      postgres: {
        module: 'stores/postgres/settle',
        text: 'lane.epoch === settlement.epoch && lane.claimed_seq === settlement.sequence',
        instead: 'true',
      },
    },
  },
  order: {
    findings: ['misordered'],
    edits: {
      postgres: {
        module: 'stores/postgres/claim',
        text: `case when p.coalesce_policy = 'latest' and p.reopened_seq is null`,
        instead: 'case when p.reopened_seq is null',
      },
      sqlite: {
        module: 'stores/sqlite/claim',
        text: `endpoint.coalesce === 'latest'`,
        instead: 'true',
      },
    },
  },
  // Answers some changes without having kept them; not the first, with which the run prepares itself.
  commit: {
    // What takes the place of a change that was not kept is not lost; a settlement that was not kept is made again.
    findings: ['lost', 'duplicates after certain outcomes', 'the database disagrees'],
    edits: {
      postgres: {
        module: 'stores/postgres/open',
        text: 'appendChanges(session, changes, context.givenNow())',
        instead: `appendChanges(session, changes, context.givenNow()).then(async (appended) => {
          if (Math.random() < 0.1) await session.rows('rollback');
          return appended;
        })`,
      },
      sqlite: {
        module: 'stores/sqlite/group-commit',
        text: `this.#connection.exec('commit')`,
        // By count, not by chance: on a slow machine there are few transactions between two kills.
        instead: `this.#connection.exec(this.#transactions > 40 && this.#transactions % 16 === 0 ? 'rollback' : 'commit')`,
      },
    },
  },
  record: {
    findings: ['duplicates after certain outcomes'],
    edits: { postgres: dropsSome, sqlite: dropsSome },
  },
};

/** Arguments for node: the same build of Doorbell, of which one guard is taken out while it is loaded. */
export function sabotageArgs({
  store,
  sabotage,
}: Pick<ChaosOptions, 'store' | 'sabotage'>): readonly string[] {
  const edit = sabotage === undefined ? undefined : sabotages[sabotage]?.edits[store];
  if (edit === undefined) return [];
  const hook = pathToFileURL(join(import.meta.dirname, 'sabotage-hook.ts'));
  hook.searchParams.set('edit', JSON.stringify(edit));
  return ['--import', hook.href];
}

/** Throws unless the text is there, and once. */
export function applyEdit(source: string, { module, text, instead }: SourceEdit): string {
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(`${module} has ${JSON.stringify(text)} ${parts.length - 1} times, not once.`);
  return parts.join(instead);
}
