/** What a process did to the disk, in order, as its system calls tell. Names are of one folder. */
export type DiskEvent =
  | { readonly kind: 'create'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'sync-folder' };

type ContentEvent = Extract<DiskEvent, { kind: 'write' | 'truncate' }>;
type EntryEvent = Extract<DiskEvent, { kind: 'create' | 'unlink' }>;

/** What a disk promises about a torn write: a sector is old or new, and never a mixture. */
export const sectorBytes = 512;

/** Decides, for one crash, which of the changes that were not synced had reached the disk all the same. */
export interface Survival {
  /** How many of the folder's entries, in order: file systems keep a journal of those. */
  entries(unsynced: number): number;
  /** Which sectors of one unsynced write; `index` counts the file's unsynced changes from 0, of `unsynced`. */
  write(index: number, unsynced: number, sectors: number): (sector: number) => boolean;
  truncate(index: number, unsynced: number): boolean;
}

interface File {
  /** As of the last sync. */
  durable: Buffer;
  unsynced: ContentEvent[];
}

/**
 * A disk that keeps what was synced, and of the rest what a crash leaves. Stricter than most: a file's sync does not
 * make its name durable, only that of the folder does.
 */
export class Disk {
  /** By name, as the running process sees them. */
  #files = new Map<string, File>();
  #durableEntries = new Map<string, File>();
  #unsyncedEntries: { readonly event: EntryEvent; readonly file: File }[] = [];

  apply(event: DiskEvent): void {
    switch (event.kind) {
      case 'create': {
        if (this.#files.has(event.file)) return;
        const file: File = { durable: Buffer.alloc(0), unsynced: [] };
        this.#files.set(event.file, file);
        this.#unsyncedEntries.push({ event, file });
        return;
      }
      case 'unlink':
        this.#unsyncedEntries.push({ event, file: this.#get(event.file) });
        this.#files.delete(event.file);
        return;
      case 'sync-folder':
        this.#durableEntries = this.#entriesAfter(this.#unsyncedEntries.length);
        this.#unsyncedEntries = [];
        return;
      case 'sync': {
        const file = this.#get(event.file);
        file.durable = contentAfter(file, everything);
        file.unsynced = [];
        return;
      }
      default:
        this.#get(event.file).unsynced.push(event);
    }
  }

  /** Whether a crash now has more than one outcome. */
  get hasUnsynced(): boolean {
    const files = new Set([...this.#files.values(), ...this.#durableEntries.values()]);
    return this.#unsyncedEntries.length > 0 || [...files].some(({ unsynced }) => unsynced.length > 0);
  }

  /** The files that a crash now would leave behind. */
  crash(survival: Survival): ReadonlyMap<string, Buffer> {
    const entries = this.#entriesAfter(survival.entries(this.#unsyncedEntries.length));
    return new Map([...entries].map(([name, file]) => [name, contentAfter(file, survival)]));
  }

  #get(name: string): File {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`The trace changes ${name}, which it never created.`);
    return file;
  }

  #entriesAfter(count: number): Map<string, File> {
    const entries = new Map(this.#durableEntries);
    for (const { event, file } of this.#unsyncedEntries.slice(0, count)) {
      if (event.kind === 'create') entries.set(event.file, file);
      else entries.delete(event.file);
    }
    return entries;
  }
}

/** Nothing that was not synced. */
export const nothing: Survival = { entries: () => 0, write: () => () => false, truncate: () => false };

/** As if the process alone had been killed. */
export const everything: Survival = {
  entries: (unsynced) => unsynced,
  write: () => () => true,
  truncate: () => true,
};

function contentAfter({ durable, unsynced }: File, survival: Survival): Buffer {
  const lengthMax = unsynced.reduce(
    (most, event) => Math.max(most, event.kind === 'write' ? event.at + event.bytes.length : event.length),
    durable.length,
  );
  const content = Buffer.alloc(lengthMax);
  durable.copy(content);
  let length = durable.length;
  unsynced.forEach((event, index) => {
    if (event.kind === 'write') {
      length = Math.max(length, write(content, event, index, unsynced.length, survival));
    } else if (survival.truncate(index, unsynced.length)) {
      content.fill(0, Math.min(length, event.length));
      length = event.length;
    }
  });
  return content.subarray(0, length);
}

/** Returns where the last sector that survives ends. */
function write(
  content: Buffer,
  { at, bytes }: Extract<DiskEvent, { kind: 'write' }>,
  index: number,
  unsynced: number,
  survival: Survival,
): number {
  const firstSector = Math.floor(at / sectorBytes);
  const end = at + bytes.length;
  const sectors = Math.ceil(end / sectorBytes) - firstSector;
  const survives = survival.write(index, unsynced, sectors);
  let reached = 0;
  for (let sector = 0; sector < sectors; sector++) {
    if (!survives(sector)) continue;
    const from = Math.max(at, (firstSector + sector) * sectorBytes);
    const to = Math.min(end, (firstSector + sector + 1) * sectorBytes);
    bytes.copy(content, from, from - at, to - at);
    reached = to;
  }
  return reached;
}
