import { SingleBar } from 'cli-progress';

const everyMs = 250;

/** A bar on standard error, for people: nothing is drawn where there is no terminal. */
export class Progress {
  #bar: SingleBar | undefined;
  #timer: NodeJS.Timeout | undefined;

  phase(name: string, done: () => number, total: number): void {
    this.end();
    if (!process.stderr.isTTY) return;
    const bar = new SingleBar({
      format: `  {bar} {value}/{total} ${name}, {duration_formatted}`,
      stream: process.stderr,
      hideCursor: true,
    });
    bar.start(total, 0);
    this.#bar = bar;
    this.#timer = setInterval(() => bar.update(done()), everyMs);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
