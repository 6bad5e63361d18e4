import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyEdit, sabotageArgs, sabotages } from './sabotage.ts';

const engine = join(import.meta.dirname, '../../packages/engine/src');

describe('sabotage', () => {
  it.each(
    Object.entries(sabotages).flatMap(([kind, { edits }]) =>
      Object.entries(edits).map(([store, edit]) => ({ kind, store, edit })),
    ),
  )('of $kind on $store finds its guard in the engine, once', ({ edit }) => {
    const source = readFileSync(join(engine, `${edit.module}.ts`), 'utf8');
    expect(applyEdit(source, edit)).not.toBe(source);
  });

  it('fails rather than run with the guard in place', () => {
    const edit = { module: 'claim', text: 'guard', instead: '' };
    expect(() => applyEdit('no such text', edit)).toThrow('0 times, not once');
    expect(() => applyEdit('guard guard', edit)).toThrow('2 times, not once');
  });

  it('adds nothing to a run without it', () => {
    expect(sabotageArgs({ store: 'sqlite', sabotage: undefined })).toEqual([]);
    expect(sabotageArgs({ store: 'sqlite', sabotage: 'lease' })).toHaveLength(2);
  });
});
