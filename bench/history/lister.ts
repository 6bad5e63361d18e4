import type { Question } from './questions.ts';

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

export interface Answered {
  readonly name: string;
  /** Until the first rows were there, or it was known that there are none; pages that held nothing included. */
  readonly firstRowsMs: number;
  readonly pages: number;
}

/** Lists as the console does, with the pages of a person: fifty rows. */
export class Lister {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#headers = { authorization: `Bearer ${apiKey}` };
  }

  async firstRows({ name, query }: Question): Promise<Answered> {
    const startedAt = performance.now();
    let cursor: string | null = null;
    for (let pages = 1; ; pages += 1) {
      const page: Page = await this.#page(query, cursor);
      cursor = page.next;
      if (page.items.length === 0 && cursor !== null) continue;
      return { name, firstRowsMs: performance.now() - startedAt, pages };
    }
  }

  /** How long each of the first `pages` pages took. Throws when there are not so many. */
  async pageTimes(pages: number): Promise<readonly number[]> {
    const times: number[] = [];
    let cursor: string | null = null;
    for (let page = 1; page <= pages; page += 1) {
      const startedAt = performance.now();
      const { items, next }: Page = await this.#page({}, cursor);
      times.push(performance.now() - startedAt);
      if (items.length < 50 || next === null) throw new Error(`page ${page} is the last`);
      cursor = next;
    }
    return times;
  }

  async #page(query: Question['query'], cursor: string | null): Promise<Page> {
    const parameters = new URLSearchParams({ ...query, limit: '50', ...(cursor === null ? {} : { cursor }) });
    const response = await fetch(`${this.#url}/v1/notifications?${parameters}`, { headers: this.#headers });
    if (!response.ok) throw new Error(`${parameters}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Page;
  }
}
