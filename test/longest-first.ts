import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each takes half a minute or more, though many are short texts, which vitest takes for quick. */
export const longest: readonly string[] = [
  'packages/console/test/accessibility.test.ts',
  'bench/test/contenders.test.ts',
  'packages/engine/test/store.pgbouncer.test.ts',
  'test/conformance/known-receivers.test.ts',
  'packages/console/test/operator-week.test.ts',
  'packages/engine/test/store.postgres.test.ts',
  'packages/console/test/alerts.test.ts',
  'packages/console/test/conformance.test.ts',
  'test/faults/kill-at-each-step.test.ts',
];

/** Begins with the longest files: one that begins last is waited for while every other worker has nothing left to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((left, right) => rankOf(left) - rankOf(right));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
  return rank === -1 ? longest.length : rank;
}
