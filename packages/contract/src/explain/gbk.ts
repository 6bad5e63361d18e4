/** Reads bytes as GBK, or undefined where they are not GBK or the runtime has no GBK. */
export function decodeGbk(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('gbk', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

let bytesByCharacter: ReadonlyMap<string, Uint8Array> | undefined;

/** Writes text as GBK with "?" for what it lacks, as platforms do whose default charset it is. */
export function encodeGbk(text: string): Uint8Array {
  bytesByCharacter ??= readTable();
  const table = bytesByCharacter;
  return Buffer.concat(
    [...text].map((character) =>
      character < '\u0080' ? Buffer.from(character) : (table.get(character) ?? Buffer.from('?')),
    ),
  );
}

// No runtime has an encoder, so the table is read off the decoder, once.
function readTable(): ReadonlyMap<string, Uint8Array> {
  const table = new Map<string, Uint8Array>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const bytes = Uint8Array.of(lead, trail);
      const character = decodeGbk(bytes);
      if (character !== undefined && !table.has(character)) table.set(character, bytes);
    }
  }
  return table;
}
