import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Keeps keys at rest. `context` names the place a text belongs to: sealed text opens nowhere else. */
export interface Vault {
  seal(plain: string, context: string): string;
  /** Throws `VaultError` when the text was sealed with another master key, for another context, or changed. */
  open(sealed: string, context: string): string;
}

/** Its message names the context, never the key or the text. */
export class VaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'VaultError';
  }
}

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM with a random nonce of 96 bits: `v1.<nonce>.<ciphertext and tag>`, base64url. One master key is
 * good for some 2^32 seals. Throws RangeError unless the master key has 32 bytes.
 */
export function createVault(masterKey: Uint8Array, randomBytes: (length: number) => Uint8Array): Vault {
  if (masterKey.byteLength !== keyBytes) throw new RangeError('The master key must have exactly 32 bytes.');
  const key = Uint8Array.from(masterKey);
  return {
    seal: (plain, context) => seal(key, randomBytes(nonceBytes), plain, context),
    open: (sealed, context) => open(key, sealed, context),
  };
}

function seal(key: Uint8Array, nonce: Uint8Array, plain: string, context: string): string {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return joinSealed(Buffer.from(nonce), sealed);
}

function joinSealed(nonce: Buffer, sealed: Buffer): string {
  return `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}

function open(key: Uint8Array, text: string, context: string): string {
  const [version, nonceText, sealedText, ...rest] = text.split('.');
  const nonce = Buffer.from(nonceText ?? '', 'base64url');
  const sealed = Buffer.from(sealedText ?? '', 'base64url');
  const wellFormed = nonce.length === nonceBytes && sealed.length >= tagBytes && rest.length === 0;
  // Written back and compared, because base64 leaves bits over that a decoder ignores.
  if (version !== 'v1' || !wellFormed || joinSealed(nonce, sealed) !== text) {
    throw new VaultError(`What is stored for ${context} is not a sealed text of version 1.`);
  }
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch {
    throw new VaultError(
      `The sealed text for ${context} does not open: it was sealed with another master key, or changed since.`,
    );
  }
}
