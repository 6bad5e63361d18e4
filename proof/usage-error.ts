/** Thrown with a sentence for whoever wrote the command line. */
export class UsageError extends Error {}
