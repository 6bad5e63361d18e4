const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes behind percent-encoded bytes (as Latin-1 text); what is malformed stays as it is. */
export function percentDecodeBytes(wire: string): Uint8Array {
  const bytes = wire.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** Decodes percent-encoded text once, leniently: what is malformed stays, broken UTF-8 becomes U+FFFD. */
export function percentDecode(text: string): string {
  return utf8.decode(percentDecodeBytes(Buffer.from(text, 'utf8').toString('latin1')));
}
