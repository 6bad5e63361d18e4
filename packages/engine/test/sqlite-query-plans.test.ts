import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { alertChannelsSql } from '../src/stores/sqlite/alert-channels.ts';
import { alertMessagesSql } from '../src/stores/sqlite/alert-messages.ts';
import { alertSignsSql } from '../src/stores/sqlite/alert-signs.ts';
import { alertsSql } from '../src/stores/sqlite/alerts.ts';
import { apiKeysSql } from '../src/stores/sqlite/api-keys.ts';
import { appendSql } from '../src/stores/sqlite/append.ts';
import { attemptsSql } from '../src/stores/sqlite/attempts.ts';
import { backlogSql } from '../src/stores/sqlite/backlog.ts';
import { candidatesSql } from '../src/stores/sqlite/candidates.ts';
import { claimSql } from '../src/stores/sqlite/claim.ts';
import { customersSql } from '../src/stores/sqlite/customer-book.ts';
import { endpointsSql } from '../src/stores/sqlite/endpoint-book.ts';
import { findNotificationSql } from '../src/stores/sqlite/find-notification.ts';
import { migrations } from '../src/stores/sqlite/migrate.ts';
import { noticesSql } from '../src/stores/sqlite/notices.ts';
import { pendingSql } from '../src/stores/sqlite/pending.ts';
import { recoverSql } from '../src/stores/sqlite/recover.ts';
import { resendSql } from '../src/stores/sqlite/resend.ts';
import { resendJobsSql } from '../src/stores/sqlite/resend-jobs.ts';
import { retireSql } from '../src/stores/sqlite/retire.ts';
import { rollupsSql } from '../src/stores/sqlite/rollups.ts';
import { servedSql } from '../src/stores/sqlite/served-record.ts';
import { settleSql } from '../src/stores/sqlite/settle.ts';
import { settledMinutesSql } from '../src/stores/sqlite/settled-minutes.ts';
import { statesOfSql } from '../src/stores/sqlite/states-of.ts';
import { tasksSql } from '../src/stores/sqlite/tasks.ts';
import { unsentAttemptSql } from '../src/stores/sqlite/unsent-attempt.ts';
import { upcomingSql } from '../src/stores/sqlite/upcoming.ts';
import { wakeWaitingSql } from '../src/stores/sqlite/wake-waiting.ts';
import type { Direction } from '../src/stores/sqlite/walk.ts';

// SQLite plans without statistics here and in production alike (nothing runs ANALYZE), so these are the plans in force.
const verbs = {
  customers: customersSql,
  endpoints: endpointsSql,
  append: appendSql,
  claim: claimSql,
  settle: settleSql,
  upcoming: upcomingSql,
  notices: noticesSql,
  attempts: attemptsSql,
  unsentAttempt: unsentAttemptSql,
  wakeWaiting: wakeWaitingSql,
  candidates: candidatesSql,
  findNotification: findNotificationSql,
  resend: resendSql,
  resendJobs: resendJobsSql,
  retire: retireSql,
  tasks: tasksSql,
  statesOf: statesOfSql,
  backlog: backlogSql,
  recover: recoverSql,
  served: servedSql,
  apiKeys: apiKeysSql,
  pending: pendingSql,
  settledMinutes: settledMinutesSql,
  rollups: rollupsSql,
  alerts: alertsSql,
  alertChannels: alertChannelsSql,
  alertMessages: alertMessagesSql,
  alertSigns: alertSignsSql,
} as const;

type Sql = string | ((direction: Direction) => string);

const statements = Object.entries(verbs).flatMap(([verb, texts]) =>
  Object.entries<Sql>(texts).flatMap(([name, text]) =>
    typeof text === 'string'
      ? [{ name: `${verb}.${name}`, sql: text }]
      : (['newest-first', 'oldest-first'] as const).map((direction) => ({
          name: `${verb}.${name} ${direction}`,
          sql: text(direction),
        })),
  ),
);

/** Statements that may read a whole table or index, and why that is bearable. */
const mayScan: Readonly<Record<string, string>> = {
  'backlog.pending': 'counts pages of an index that holds only what waits',
  'backlog.parked': 'counts an index that holds only parked lanes',
  'recover.leased': 'once at start, over an index that holds only what waits',
  'recover.clearNotices': 'once at start, over an index that holds only what waits',
  'apiKeys.list': 'a handful of rows',
  'customers.list': 'once, then they are in memory',
  'endpoints.list': 'once, then they are in memory',
  'alerts.queueRaised': 'a handful of channels',
  'alertChannels.list': 'a handful of channels',
  'alertMessages.freeChannels': 'a handful of channels',
};

const database = new DatabaseSync(':memory:');
for (const migration of migrations) database.exec(migration);

function planOf(sql: string): readonly string[] {
  return database
    .prepare(`explain query plan ${sql}`)
    .all()
    .map((row) => String(row.detail));
}

describe('the plan of every statement', () => {
  it.each(statements.filter(({ name }) => !(name in mayScan)))(
    '$name searches and never scans',
    ({ sql }) => {
      // busy and seen are the queues of the loose index scans: a row for each endpoint, or for each state. What a
      // subquery yields is counted; how it finds that is a step of its own.
      const scans = planOf(sql).filter((step) =>
        /^SCAN (?!busy$|seen$|\(subquery-\d+\)$|CONSTANT ROW|\d+ CONSTANT)/.test(step),
      );
      expect(scans).toEqual([]);
    },
  );

  it.each(statements)('$name does not sort more than the lanes of one change', ({ name, sql }) => {
    const sorts = planOf(sql).filter((step) => step.startsWith('USE TEMP B-TREE FOR ORDER BY'));
    expect(sorts).toEqual(name.startsWith('apiKeys.') || name.startsWith('tasks.byHouse') ? sorts : []);
  });

  it('claims by the index of due lanes', () => {
    expect(planOf(claimSql.due).join('\n')).toMatch(
      /SEARCH l USING INDEX lane_due \(endpoint_id=\? AND due_at<\?\)/,
    );
    expect(planOf(claimSql.probe).join('\n')).toContain('lane_due (endpoint_id=? AND due_at<?)');
  });

  it('finds busy endpoints by probing the index of due lanes', () => {
    expect(planOf(upcomingSql.endpoints).join('\n')).toContain('lane_due (endpoint_id>?)');
  });

  it('lists pending notifications from a place within the primary key on', () => {
    expect(planOf(candidatesSql.pending('newest-first')).join('\n')).toMatch(
      /PRIMARY KEY \(endpoint_id=\? AND \(?created_at.*\)?<\(?\?/,
    );
  });
});
