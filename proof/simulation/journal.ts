import type { Book } from './checkers/book.ts';
import type { Checker, FinalState, Violation } from './checkers/checker.ts';
import type { Coverage } from './coverage.ts';
import type { Event, Fact } from './fact.ts';
import type { Kernel } from './kernel.ts';
import type { Trace } from './trace.ts';

/** Violations that are kept of one run: the first says most. */
const violationsKept = 20;

/** Where all that happens is told: to the trace, to each checker, to the counters, and last to the book. */
export class Journal {
  readonly violations: Violation[] = [];
  readonly #kernel: Kernel;
  readonly #book: Book;
  readonly #trace: Trace;
  readonly #coverage: Coverage;
  readonly #checkers: ReadonlyMap<string, Checker>;

  constructor(
    kernel: Kernel,
    book: Book,
    trace: Trace,
    coverage: Coverage,
    checkers: ReadonlyMap<string, Checker>,
  ) {
    this.#kernel = kernel;
    this.#book = book;
    this.#trace = trace;
    this.#coverage = coverage;
    this.#checkers = checkers;
  }

  tell(event: Event): void {
    const fact = { ...event, atMs: this.#kernel.nowMs } as Fact;
    this.#trace.record(fact);
    for (const [name, checker] of this.#checkers) {
      checker.observe(fact, this.#book, (what) => this.report(name, what));
    }
    this.#coverage.observe(fact, this.#book);
    this.#book.apply(fact);
  }

  finish(final: FinalState): void {
    for (const [name, checker] of this.#checkers) {
      checker.finish?.(this.#book, final, (what) => this.report(name, what));
    }
  }

  report(checker: string, what: string): void {
    const violation = { checker, atMs: this.#kernel.nowMs, what };
    this.#trace.note(`violation ${checker}: ${what}`);
    if (this.violations.length < violationsKept) this.violations.push(violation);
  }
}
