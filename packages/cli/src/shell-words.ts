import { CommandError, exitCodes } from './command-error.ts';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

/**
 * Splits a command line as a POSIX shell does, with $'...' of bash. Expands no variables. Throws a usage error when
 * a quotation is not closed.
 */
export function splitShellWords(command: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  // One token: white space, a line continuation, a quotation, an escape, or a run of plain characters.
  const token =
    /(?<space>\s+)|\\\r?\n|\$'(?<ansi>(?:[^'\\]|\\.)*)'|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|\\(?<escaped>.)|(?<plain>[^\s'"\\$]+|\$)/sy;
  while (token.lastIndex < command.length) {
    const groups = token.exec(command)?.groups;
    if (groups === undefined) {
      throw new CommandError(exitCodes.usage, 'The curl command has a quotation mark that is not closed.');
    }
    if (groups.space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const piece = readPiece(groups);
    if (piece !== undefined) word = (word ?? '') + piece;
  }
  return word === undefined ? words : [...words, word];
}

function readPiece(groups: Record<string, string | undefined>): string | undefined {
  if (groups.ansi !== undefined) return unescapeAnsi(groups.ansi);
  if (groups.double !== undefined) return groups.double.replace(/\\\r?\n/g, '').replace(/\\([$`"\\])/g, '$1');
  return groups.single ?? groups.escaped ?? groups.plain;
}

function unescapeAnsi(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))/gs, (_, unit, byte, letter) => {
    if (unit !== undefined || byte !== undefined)
      return String.fromCharCode(Number.parseInt(unit ?? byte, 16));
    return escapes[letter] ?? letter;
  });
}
