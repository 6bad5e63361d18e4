import { extendMd5, md5Padding } from './extend-md5.ts';
import { type Forgery, proven } from './forgery.ts';
import type { Probe } from './probe.ts';
import { formOf, signatureOf, signedValues } from './signed-request.ts';

const dayMs = 86_400_000;

/**
 * A notification heard yesterday, given a timestamp of now: the MD5 goes on where it ended, and its padding becomes
 * part of userName, the last value. Takes only the length of the key.
 */
export function extendSign(probe: Probe, spelling: { escaped: boolean; contentType?: string }): Forgery {
  const { signKey } = probe.settings;
  const heardAt = String(probe.nowMs() - dayMs);
  const timestamp = String(probe.nowMs());
  const heard = probe.fields({ userName: 'Lee' });
  const heardSign = signatureOf(heard, signKey, heardAt);
  const heardBytes = Buffer.byteLength(signKey + signedValues(heard) + heardAt);
  const sign = extendMd5(heardSign, heardBytes, timestamp);

  const others = heard.filter(([name]) => name !== 'userName');
  const userName = Buffer.concat([Buffer.from(`Lee${heardAt}`), md5Padding(heardBytes)]);
  const spelled = spelling.escaped ? Buffer.from(escapeAll(userName)) : userName;
  const body = Buffer.concat([Buffer.from(`${formOf(others)}&userName=`), spelled]);
  const contentType = spelling.contentType ?? 'application/x-www-form-urlencoded';
  return proven(signKey, {
    heard: { fields: heard, timestamp: heardAt, sign: heardSign },
    forged: {
      timestamp,
      sign,
      values: Buffer.concat([Buffer.from(signedValues(others)), userName]),
      request: probe.sign(others, { timestamp, sign, body, contentType, webhook: 'none' }),
    },
  });
}

function escapeAll(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}
