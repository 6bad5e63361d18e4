// MD5 by hand: only with its inner state in reach can a digest be extended as an attacker would.
const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Array.from(
  { length: 64 },
  (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32) >>> 0,
);

function compress(state: Uint32Array, block: Buffer): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round] ?? 0;
    const word = [step, 5 * step + 1, 3 * step + 5, 7 * step][round] ?? 0;
    const sum = (a + mixed + (sines[step] ?? 0) + block.readUInt32LE((word % 16) * 4)) >>> 0;
    const shift = shifts[round * 4 + (step % 4)] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) >>> 0];
  }
  for (const [index, value] of [a, b, c, d].entries()) state[index] = ((state[index] ?? 0) + value) >>> 0;
}

/** What MD5 appends to a message of this many bytes. */
export function md5Padding(messageBytes: number): Buffer {
  const padding = Buffer.alloc(((119 - (messageBytes % 64)) % 64) + 9);
  padding[0] = 0x80;
  padding.writeUInt32LE(messageBytes * 8, padding.length - 8);
  return padding;
}

/**
 * The MD5 of `message + md5Padding(messageBytes) + suffix` from the MD5 of a message of which only the length is
 * known, below 512 MiB.
 */
export function extendMd5(digestHex: string, messageBytes: number, suffix: string): string {
  const digest = Buffer.from(digestHex, 'hex');
  const state = Uint32Array.from([0, 4, 8, 12], (offset) => digest.readUInt32LE(offset));
  const doneBytes = messageBytes + md5Padding(messageBytes).length;
  const rest = Buffer.concat([Buffer.from(suffix), md5Padding(doneBytes + Buffer.byteLength(suffix))]);
  for (let offset = 0; offset < rest.length; offset += 64) {
    compress(state, rest.subarray(offset, offset + 64));
  }
  const extended = Buffer.alloc(16);
  for (const [index, value] of state.entries()) extended.writeUInt32LE(value, index * 4);
  return extended.toString('hex');
}
