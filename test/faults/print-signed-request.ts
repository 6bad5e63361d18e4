import { writeFileSync } from 'node:fs';
import { signRequest } from '../../packages/engine/src/sign-request.ts';
import { aChange, anEndpoint } from '../../packages/engine/test/a-claim.ts';

// Writes the requests that a change becomes at moments that calendars stumble over, as JSON into the file it is told:
// the end of a leap day, the switch to summer time, the second after 2038, and the last millisecond of 13 digits.
const [file = ''] = process.argv.slice(2);
const moments = [1_709_164_799_999, 1_710_054_000_000, 2_147_483_648_000, 9_999_999_999_999];
const endpoint = { ...anEndpoint, webhookSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
const key = { key: endpoint.signKey, slot: 'current' } as const;
writeFileSync(file, JSON.stringify(moments.map((now) => signRequest(endpoint, aChange, 1, key, now))));
