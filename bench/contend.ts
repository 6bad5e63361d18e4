/** A question of the runner, by name. */
interface Question {
  readonly id: number;
  readonly verb: string;
  readonly input: unknown;
}

export type Verbs = Readonly<Record<string, (input: never) => Promise<unknown>>>;

/**
 * Makes this process a contender: answers the runner's questions, one verb each, until the runner lets go of it.
 * An error becomes the runner's; a process whose runner is gone ends.
 */
export function contend(verbs: Verbs): void {
  process.on('message', (question: Question) => void answer(verbs, question));
  process.on('disconnect', () => process.exit());
}

async function answer(verbs: Verbs, { id, verb, input }: Question): Promise<void> {
  try {
    const run = verbs[verb];
    if (run === undefined) throw new Error(`there is no verb ${verb}`);
    const value = await run(input as never);
    process.send?.({ id, value });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
