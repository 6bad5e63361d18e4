import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.ts';

export const passwordLengthMin = 12;
export const passwordLengthMax = 256;

/** N = 2^17, r = 8, p = 1: 128 MiB and some 0.4 s of one core for each guess. */
const costLog2 = 17;
const blockSize = 8;
const hashBytes = 32;
const saltBytes = 16;

/** So many at the same time, at 128 MiB each; so many more may wait. */
const runningMax = 2;
const waitingMax = 20;

const format = /^scrypt\$(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

/** `scrypt$<log2 N>$<salt>$<hash>`. Throws RangeError for a password of a length that is not taken. */
export async function hashPassword(
  password: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<string> {
  if (password.length < passwordLengthMin || password.length > passwordLengthMax) {
    throw new RangeError(`A password has ${passwordLengthMin} to ${passwordLengthMax} characters.`);
  }
  const salt = Buffer.from(randomBytes(saltBytes));
  const hash = await derive(password, salt, costLog2);
  return `scrypt$${costLog2}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/**
 * Whether it is the password. Without a stored hash it works as long for nothing, so that the time does not tell which
 * users there are. Throws a 503 problem when too many are being checked already.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, log2, saltText, hashText] = format.exec(stored ?? '') ?? [];
  const salt = Buffer.from(saltText ?? 'A'.repeat(22), 'base64url');
  const found = await derive(password.slice(0, passwordLengthMax + 1), salt, Number(log2 ?? costLog2));
  return hashText !== undefined && timingSafeEqual(found, Buffer.from(hashText, 'base64url'));
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, log2: number): Promise<Buffer> {
  if (running >= runningMax) {
    if (waiting.length >= waitingMax) throw tooBusy();
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await scryptOf(password, salt, log2);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

function scryptOf(password: string, salt: Buffer, log2: number): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** log2, r: blockSize, p: 1, maxmem: 256 * 1_024 * 1_024 };
  return new Promise((resolve, reject) => {
    // As NFKC, so that another keyboard's way to compose the same letters is the same password.
    scrypt(password.normalize('NFKC'), salt, hashBytes, options, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}

function tooBusy(): Problem {
  return new Problem('too-many-requests', 'Too many are signing in at the moment.', [], {
    'retry-after': '5',
  });
}
