import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createVault, VaultError } from '../src/vault.ts';

const vault = createVault(randomBytes(32), randomBytes);

describe('the vault', () => {
  it('opens what it sealed, any text', () => {
    for (const text of ['CdLvNRRQvy0xjORPNvuVaA', '', '王小明 🏠', 'x'.repeat(10_000)]) {
      expect(vault.open(vault.seal(text, 'e1/sign-key'), 'e1/sign-key')).toBe(text);
    }
  });

  it('seals the same text differently each time, in the form that is documented', () => {
    const [one, two] = [vault.seal('key', 'e1/sign-key'), vault.seal('key', 'e1/sign-key')];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^v1\.[\w-]{16}\.[\w-]{26}$/);
  });

  it('does not open for another context', () => {
    const sealed = vault.seal('key', 'e1/sign-key');
    expect(() => vault.open(sealed, 'e2/sign-key')).toThrow(VaultError);
  });

  it('does not open with another master key', () => {
    const sealed = vault.seal('key', 'e1/sign-key');
    const other = createVault(randomBytes(32), randomBytes);
    expect(() => other.open(sealed, 'e1/sign-key')).toThrow(/another master key/);
  });

  it('does not open a text that was changed anywhere', () => {
    const sealed = vault.seal('key', 'e1/sign-key');
    for (let index = 3; index < sealed.length; index += 1) {
      const flipped = sealed[index] === 'A' ? 'B' : 'A';
      const changed = `${sealed.slice(0, index)}${flipped}${sealed.slice(index + 1)}`;
      expect(() => vault.open(changed, 'e1/sign-key')).toThrow(VaultError);
    }
  });

  it('does not open what is not sealed', () => {
    for (const text of [
      '',
      'plain',
      'v1',
      'v1..',
      'v2.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA',
      'v1.a.b.c',
    ]) {
      expect(() => vault.open(text, 'e1/sign-key')).toThrow(VaultError);
    }
  });

  it('names the place in its errors, never the key', () => {
    const sealed = vault.seal('top-secret', 'e1/sign-key');
    const open = () => vault.open(sealed, 'e2/sign-key');
    expect(open).toThrow(/e2\/sign-key/);
    expect(open).not.toThrow(/top-secret/);
    expect(open).not.toThrow(sealed);
  });

  it('wants a master key of 32 bytes', () => {
    for (const length of [0, 16, 31, 33]) {
      expect(() => createVault(new Uint8Array(length), randomBytes)).toThrow(RangeError);
    }
  });

  it('does not follow later changes of the master key array', () => {
    const masterKey = new Uint8Array(32).fill(1);
    const own = createVault(masterKey, randomBytes);
    const sealed = own.seal('key', 'c');
    masterKey.fill(0);
    expect(own.open(sealed, 'c')).toBe('key');
  });
});
