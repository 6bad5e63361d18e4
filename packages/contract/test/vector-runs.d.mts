export function listVectorRuns(
  contract: typeof import('../src/index.ts'),
): readonly { readonly file: string; readonly name: string; readonly run: () => void }[];
