import { describe, expect, it } from 'vitest';
import { Disk, everything, nothing, type Survival, sectorBytes } from './disk.ts';

const page = (fill: string, sectors = 1) => Buffer.alloc(sectorBytes * sectors, fill);
const written = (file: string, at: number, bytes: Buffer) => ({ kind: 'write', file, at, bytes }) as const;

function diskWith(...events: Parameters<Disk['apply']>[0][]): Disk {
  const disk = new Disk();
  for (const event of [{ kind: 'create', file: 'a' } as const, ...events]) disk.apply(event);
  return disk;
}

const synced = [{ kind: 'sync', file: 'a' }, { kind: 'sync-folder' }] as const;

describe('the disk that loses its power', () => {
  it('keeps what was synced, and may lose all else', () => {
    const disk = diskWith(written('a', 0, page('1')), ...synced, written('a', 0, page('2')));
    expect(disk.crash(nothing).get('a')).toEqual(page('1'));
    expect(disk.crash(everything).get('a')).toEqual(page('2'));
  });

  it('forgets a file whose folder was not synced, though the file was', () => {
    const disk = diskWith(written('a', 0, page('1')), { kind: 'sync', file: 'a' });
    expect([...disk.crash(nothing).keys()]).toEqual([]);
    expect([...disk.crash(everything).keys()]).toEqual(['a']);
  });

  it('may bring back a file that was removed', () => {
    const disk = diskWith(written('a', 0, page('1')), ...synced, { kind: 'unlink', file: 'a' });
    expect([...disk.crash(nothing).keys()]).toEqual(['a']);
    expect([...disk.crash(everything).keys()]).toEqual([]);
  });

  it('tells the file that was removed from the one that took its name', () => {
    const disk = diskWith(
      written('a', 0, page('1')),
      ...synced,
      { kind: 'unlink', file: 'a' },
      { kind: 'create', file: 'a' },
      written('a', 0, page('2')),
    );
    const entries = (count: number): Survival => ({ ...everything, entries: () => count });
    expect(disk.crash(entries(0)).get('a')).toEqual(page('1'));
    expect(disk.crash(entries(1)).has('a')).toBe(false);
    expect(disk.crash(entries(2)).get('a')).toEqual(page('2'));
  });

  it('tears a write at sectors, wherever it starts', () => {
    const disk = diskWith(written('a', 0, page('1', 3)), ...synced, written('a', 24, page('2', 2)));
    const second: Survival = { ...nothing, write: () => (sector) => sector === 1 };
    expect(disk.crash(second).get('a')).toEqual(Buffer.concat([page('1'), page('2'), page('1')]));
  });

  it('leaves zeros where a write is missing before one that survived', () => {
    const disk = diskWith(...synced, written('a', 0, page('1')), written('a', sectorBytes, page('2')));
    const last: Survival = { ...nothing, write: (index) => () => index === 1 };
    expect(disk.crash(last).get('a')).toEqual(Buffer.concat([Buffer.alloc(sectorBytes), page('2')]));
  });

  it('shortens a file only if the truncation survived', () => {
    const disk = diskWith(written('a', 0, page('1', 2)), ...synced, {
      kind: 'truncate',
      file: 'a',
      length: sectorBytes,
    });
    expect(disk.crash(nothing).get('a')).toEqual(page('1', 2));
    expect(disk.crash(everything).get('a')).toEqual(page('1'));
  });

  it('has one outcome only right after everything was synced', () => {
    const disk = diskWith(written('a', 0, page('1')), ...synced);
    expect(disk.hasUnsynced).toBe(false);
    disk.apply(written('a', 0, page('2')));
    expect(disk.hasUnsynced).toBe(true);
  });
});
