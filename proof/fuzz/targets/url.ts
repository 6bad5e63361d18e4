import { createNetworkPolicy, type Random } from '@doorbell/engine';
import type { FuzzTarget, Input } from '../fuzz-target.ts';
import { mutate, pick, upTo } from '../mutate.ts';
import { buffers } from '../seeds.ts';

const policy = createNetworkPolicy({ allowNetworks: [] });
/** With a hole, as a block list has that forgets a range. */
const sabotaged = createNetworkPolicy({ allowNetworks: ['100.64.0.0/10', 'fc00::/7'] });

// The edges of the networks that may not be called, from both sides.
const edges = [
  '0.0.0.0', '0.255.255.255', '1.0.0.0', '9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0', '100.63.255.255',
  '100.64.0.0', '100.127.255.255', '100.128.0.0', '126.255.255.255', '127.0.0.1', '128.0.0.0', '169.253.255.255',
  '169.254.169.254', '169.255.0.0', '172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0', '192.0.0.0',
  '192.0.1.0', '192.0.2.0', '192.88.99.1', '192.167.255.255', '192.168.0.1', '192.169.0.0', '198.17.255.255',
  '198.18.0.0', '198.19.255.255', '198.20.0.0', '203.0.113.7', '223.255.255.255', '224.0.0.0', '255.255.255.255',
]; // biome-ignore format: one address after another
const prefixes6 = [
  '0000000000000000', '0000000000000001', '0064ff9b00000000', '0064ff9b00010000', '0100000000000000', '1fffffffffffffff',
  '2001000000000000', '2001020000000000', '20010db800000000', '2002000000000000', '2002080808080000', '2400320000000000',
  '2606470000000000', '3fff000000000000', '3fff100000000000', '4000000000000000', 'fc00000000000000', 'fd00ec2000000000',
  'fe80000000000000', 'fec0000000000000', 'ff02000000000000',
]; // biome-ignore format: one prefix after another
const suffixes6 = [
  '0000000000000000',
  '0000000000000001',
  '0000ffff7f000001',
  '0000ffff08080808',
  '00005efe0a000001',
  '02005efe08080808',
  'ffff00007f000001',
];
const names = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.localhost',
  'ｌｏｃａｌｈｏｓｔ',
  'example.com',
  'loc\u00adalhost',
  'metadata',
];
const tokens = buffers(
  '.',
  ':',
  '@',
  '/',
  '\\',
  '#',
  '?',
  '%',
  '%2e',
  '0x',
  '0',
  '[',
  ']',
  '。',
  '①',
  ' ',
  '\t',
  '\u00ad',
);

export const urlTarget: FuzzTarget = {
  name: 'url',
  oracle: 'address',
  generate(random): Input {
    if (random() < 0.4) return [Buffer.from('a'), Buffer.from(plainAddress(random))];
    const host = random() < 0.05 ? pick(random, names) : spelledHost(random);
    const port = random() < 0.1 ? pick(random, [':80', ':443', ':8080', ':', ':6379', ':99999']) : '';
    const url = Buffer.from(
      `http${random() < 0.5 ? 's' : ''}://${host}${port}${pick(random, ['', '/', '/hook'])}`,
    );
    const sent = random() < 0.15 ? mutate(url, tokens, random).toString() : url;
    return [Buffer.from('u'), Buffer.from(sent)];
  },
  judge: (input) => judge(input, policy),
  judgeSabotaged: (input) => judge(input, sabotaged),
};

function judge([kind, text]: Input, by: typeof policy): string {
  const isAllowed = String(kind) === 'a' ? by.isAllowedAddress(String(text)) : isCalled(String(text), by);
  return isAllowed ? 'A' : 'R';
}

/** What was accepted is asked once more in the form in which it would be called. */
function isCalled(text: string, by: typeof policy): boolean {
  const check = by.checkUrl(text);
  if (!check.ok) return false;
  const again = by.checkUrl(check.url);
  if (!again.ok || again.url !== check.url) throw new Error(`${check.url} is not what was checked.`);
  return true;
}

function bytes4(random: Random): readonly number[] {
  if (random() < 0.6) return pick(random, edges).split('.').map(Number);
  return Array.from({ length: 4 }, () => upTo(random, 256));
}

function hex16(random: Random): string {
  const suffix =
    random() < 0.7
      ? pick(random, suffixes6)
      : upTo(random, 2 ** 32)
          .toString(16)
          .padStart(16, '0');
  return pick(random, prefixes6) + suffix;
}

function plainAddress(random: Random): string {
  if (random() < 0.5) return bytes4(random).join('.');
  const address = spelled6(random);
  return random() < 0.05 ? `${address}%eth0` : address;
}

function spelled6(random: Random): string {
  if (random() < 0.25) {
    return `${pick(random, ['::ffff:', '::', '64:ff9b::', '::ffff:0:', '0:0:0:0:0:FFFF:'])}${bytes4(random).join('.')}`;
  }
  const groups = hex16(random).match(/.{4}/g) ?? [];
  if (random() < 0.5) return groups.join(':');
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

function spelledHost(random: Random): string {
  if (random() < 0.3) return `[${spelled6(random)}]`;
  const bytes = bytes4(random);
  const kept = pick(random, [4, 4, 3, 2, 1]);
  const last = bytes.slice(kept - 1).reduce((value, byte) => value * 256 + byte, 0);
  const parts = [...bytes.slice(0, kept - 1), last].map((value) => spelledNumber(value, random));
  const host = parts.join(random() < 0.05 ? '。' : '.') + (random() < 0.05 ? '.' : '');
  if (random() < 0.05) return host.replace(/\d/, (digit) => `%3${digit}`);
  return random() < 0.05
    ? host.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
    : host;
}

function spelledNumber(value: number, random: Random): string {
  const roll = random();
  if (roll < 0.6) return String(value);
  if (roll < 0.8) return `0x${value.toString(16)}`;
  return `0${random() < 0.3 ? '00' : ''}${value.toString(8)}`;
}
