import { isIPv4, isIPv6 } from 'node:net';

/** An address as its 4 or 16 bytes. An IPv4-mapped IPv6 address is the IPv4 address it stands for. */
export type AddressBytes = readonly number[];

export interface IpNetwork {
  readonly text: string;
  readonly bytes: AddressBytes;
  readonly prefixBits: number;
}

/** The bytes of an address in dotted or colon form, with or without a zone; undefined for anything else. */
export function findAddressBytes(address: string): AddressBytes | undefined {
  if (isIPv4(address)) return v4Bytes(address);
  if (!isIPv6(address)) return undefined;
  const bytes = v6Bytes(address.replace(/%.*$/, ''));
  return startsWith(bytes, mappedPrefix) ? bytes.slice(12) : bytes;
}

/** Parses `10.0.0.0/8`, `fd00::/8` or a single address. Throws a RangeError that says what is wrong. */
export function getNetwork(text: string): IpNetwork {
  const [address = '', length, ...rest] = text.trim().split('/');
  const bytes = address.includes('%') ? undefined : findAddressBytes(address);
  if (bytes === undefined || rest.length > 0) {
    throw new RangeError(
      `${JSON.stringify(text)} is not a network: write an address and a length, like 10.0.0.0/8.`,
    );
  }
  // `::ffff:10.0.0.0/104` is the IPv4 network 10.0.0.0/8 in another spelling.
  const mappedBits = isIPv6(address) && bytes.length === 4 ? 96 : 0;
  const bitsMax = bytes.length * 8;
  const prefixBits =
    length === undefined ? bitsMax : /^\d{1,3}$/.test(length) ? Number(length) - mappedBits : -1;
  if (prefixBits < 0 || prefixBits > bitsMax) {
    const range = `${mappedBits} to ${bitsMax + mappedBits}`;
    throw new RangeError(
      `${JSON.stringify(text)} is not a network: the length after the slash must be ${range}.`,
    );
  }
  const first = bytes.map((byte, index) => byte & maskByte(prefixBits, index));
  if (first.some((byte, index) => byte !== bytes[index])) {
    const meant = `${formatAddress(first)}/${prefixBits}`;
    throw new RangeError(`${JSON.stringify(text)} has bits set after its length; did you mean ${meant}?`);
  }
  return { text: `${formatAddress(bytes)}/${prefixBits}`, bytes, prefixBits };
}

export function contains(network: IpNetwork, address: AddressBytes): boolean {
  return (
    network.bytes.length === address.length &&
    network.bytes.every(
      (byte, index) => byte === ((address[index] ?? 0) & maskByte(network.prefixBits, index)),
    )
  );
}

/**
 * The IPv4 addresses that a packet to this IPv6 address would be carried to by a translator or a tunnel:
 * IPv4-compatible, SIIT, NAT64 (RFC 6052 with 96 bits), 6to4, Teredo's server and client, ISATAP.
 */
export function carriedAddresses(address: AddressBytes): readonly AddressBytes[] {
  if (address.length === 4) return [];
  const last = address.slice(12);
  if (startsWith(address, sixToFourPrefix)) return [address.slice(2, 6)];
  if (startsWith(address, teredoPrefix)) return [address.slice(4, 8), last.map((byte) => byte ^ 0xff)];
  const isIsatap = address[8] === 0 || address[8] === 2 ? startsWith(address.slice(9), isatapMark) : false;
  const isTranslated =
    startsWith(address, nat64Prefix) || startsWith(address, siitPrefix) || isCompatible(address);
  return isIsatap || isTranslated ? [last] : [];
}

const mappedPrefix: AddressBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const siitPrefix: AddressBytes = [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0];
// Both the well-known 64:ff9b::/96 and the local 64:ff9b:1::/48; the latter is read with 96 bits only.
const nat64Prefix: AddressBytes = [0, 0x64, 0xff, 0x9b];
const sixToFourPrefix: AddressBytes = [0x20, 0x02];
const teredoPrefix: AddressBytes = [0x20, 0x01, 0, 0];
const isatapMark: AddressBytes = [0, 0x5e, 0xfe];

/** `::` and `::1` are addresses of their own, not IPv4 in disguise. */
function isCompatible(address: AddressBytes): boolean {
  return address.slice(0, 12).every((byte) => byte === 0) && address.slice(12, 15).some((byte) => byte !== 0);
}

function startsWith(address: AddressBytes, prefix: AddressBytes): boolean {
  return prefix.every((byte, index) => byte === address[index]);
}

function maskByte(prefixBits: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefixBits - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

function v4Bytes(address: string): AddressBytes {
  return address.split('.').map(Number);
}

function v6Bytes(address: string): AddressBytes {
  const lastColon = address.lastIndexOf(':');
  const tail = address.slice(lastColon + 1);
  if (tail.includes('.')) {
    const [a = 0, b = 0, c = 0, d = 0] = v4Bytes(tail);
    const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    return v6Bytes(address.slice(0, lastColon + 1) + hex);
  }
  const [left = '', right] = address.split('::');
  const head = groupsOf(left);
  if (right === undefined) return head;
  const end = groupsOf(right);
  return [...head, ...new Array<number>(16 - head.length - end.length).fill(0), ...end];
}

function groupsOf(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function formatAddress(bytes: AddressBytes): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = bytes.flatMap((byte, index) =>
    index % 2 === 0 ? [(byte << 8) | (bytes[index + 1] ?? 0)] : [],
  );
  // The URL parser knows the canonical short form.
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
