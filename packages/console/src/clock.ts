/** The only file of the console that reads the clock or sets a timer. */
export const clock = {
  now: (): number => Date.now(),
  /** Calls until the returned function is called. */
  every(intervalMs: number, call: () => void): () => void {
    const timer = setInterval(call, intervalMs);
    return () => clearInterval(timer);
  },
  after(delayMs: number, call: () => void): () => void {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
