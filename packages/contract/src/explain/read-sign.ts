import { getHashes } from 'node:crypto';
import { type Finding, mistakeFound } from './finding.ts';

/** What a sign header can be: hash algorithms by its length, and how to compare a digest with it. */
export interface SignRead {
  readonly algorithms: readonly string[];
  readonly fits: (hex: string) => boolean;
  /** What is wrong with how it is written. */
  readonly findings: readonly Finding[];
}

const algorithmsByDigits: Readonly<Record<number, readonly string[]>> = {
  32: ['md5'],
  40: ['sha1'],
  64: ['sha256', 'sm3'],
  96: ['sha384'],
  128: ['sha512'],
};

/** Reads a sign in any form that signers are known to write; undefined when it looks like none. */
export function readSign(sign: string): SignRead | undefined {
  const hex = /^[0-9A-Fa-f]+$/.test(sign) ? sign : undefined;
  if (hex !== undefined) return readHex(hex);
  const bare = sign
    .replace(/^(?:\s|["'`{[(]|0x|sign[=:]|md5[=:])+|[\s"'`)}\]]+$/gi, '')
    .replace(/[-: ]/g, '');
  if (/^[0-9A-Fa-f]+$/.test(bare)) {
    const read = readHex(bare);
    if (read !== undefined) return { ...read, findings: [mistakeFound('sign-decorated'), ...read.findings] };
  }
  return readBase64(sign.replace(/%2B/gi, '+').replace(/%2F/gi, '/').replace(/%3D/gi, '='));
}

function readHex(text: string): SignRead | undefined {
  const claimed = text.toLowerCase();
  const algorithms = (algorithmsByDigits[claimed.length] ?? []).filter((name) => getHashes().includes(name));
  if (algorithms.length > 0) {
    return { algorithms, fits: (hex) => hex === claimed, findings: [] };
  }
  if (claimed.length === 16) {
    const fits = (hex: string) => hex.slice(8, 24) === claimed;
    return { algorithms: ['md5'], fits, findings: [mistakeFound('sign-halved')] };
  }
  if (claimed.length >= 20 && claimed.length < 32) {
    const fits = (hex: string) =>
      hex.replace(/^0+/, '') === claimed || hex.replace(/0([0-9a-f])|(..)/g, '$1$2') === claimed;
    return { algorithms: ['md5'], fits, findings: [mistakeFound('sign-zeros-lost')] };
  }
  return undefined;
}

function readBase64(text: string): SignRead | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const inside = bytes.toString('latin1');
  const hex = /^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/.test(inside)
    ? inside
    : bytes.toString('hex');
  if (algorithmsByDigits[hex.length] === undefined) return undefined;
  const read = readHex(hex);
  return read && { ...read, findings: [mistakeFound('sign-base64')] };
}
