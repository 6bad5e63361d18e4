/** Exit codes of every command; each `--help` lists the ones that apply. */
export const exitCodes = {
  ok: 0,
  /** The answer is no: not accepted, not verified. */
  no: 1,
  usage: 2,
  noAnswer: 3,
  /** The server cannot start: port taken, data not usable. */
  cannotStart: 4,
  internal: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with one sentence on stderr and an exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
