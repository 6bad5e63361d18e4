import { isIP } from 'node:net';
import {
  type AddressBytes,
  carriedAddresses,
  contains,
  findAddressBytes,
  getNetwork,
  type IpNetwork,
} from './ip-network.ts';

/** Which URLs and addresses may be called. Asked when an endpoint is saved and again at every connection. */
export interface NetworkPolicy {
  checkUrl(url: string): UrlCheck;
  isAllowedAddress(address: string): boolean;
  /** Why an address may not be called, as the end of a sentence; undefined when it may. */
  findRefusal(address: string): string | undefined;
}

export type UrlCheck =
  | {
      readonly ok: true;
      /** In the WHATWG normal form: this is what to store and to call. */
      readonly url: string;
      readonly warnings: readonly UrlRemark[];
    }
  | ({ readonly ok: false } & UrlRemark);

export interface UrlRemark {
  readonly code: UrlRemarkCode;
  readonly detail: string;
}

export type UrlRemarkCode =
  | 'url-malformed'
  | 'url-too-long'
  | 'url-scheme'
  | 'url-not-https'
  | 'url-userinfo'
  | 'url-fragment'
  | 'url-port'
  | 'url-host'
  | 'url-address';

export interface NetworkPolicyOptions {
  /** CIDRs of private networks that may be called besides the public internet. */
  readonly allowNetworks: readonly string[];
  /** Default false: `http:` passes with a warning. */
  readonly requireHttps?: boolean;
}

export const urlCharactersMax = 2_048;

/** Throws a RangeError, with a sentence for the operator, when an entry of `allowNetworks` is not a CIDR. */
export function createNetworkPolicy(options: NetworkPolicyOptions): NetworkPolicy {
  const allowed = parseNetworks(options.allowNetworks);
  const requireHttps = options.requireHttps ?? false;
  const findRefusal = (address: string): string | undefined => {
    const bytes = findAddressBytes(address);
    return bytes === undefined ? 'not an IP address' : refusalOf(bytes, allowed);
  };
  const rules: UrlRules = { allowed, requireHttps, findRefusal };
  return {
    findRefusal,
    isAllowedAddress: (address) => findRefusal(address) === undefined,
    checkUrl: (url) => checkUrl(url, rules),
  };
}

/** Parses CIDRs and single addresses, v4 and v6. Throws a RangeError that names the first one that is wrong. */
export function parseNetworks(texts: readonly string[]): readonly IpNetwork[] {
  return texts.map(getNetwork);
}

interface UrlRules {
  readonly allowed: readonly IpNetwork[];
  readonly requireHttps: boolean;
  readonly findRefusal: (address: string) => string | undefined;
}

function checkUrl(text: string, rules: UrlRules): UrlCheck {
  if (text.length > urlCharactersMax) {
    return refuse(
      'url-too-long',
      `The URL has ${text.length} characters; at most ${urlCharactersMax} are allowed.`,
    );
  }
  // The URL parser would drop these silently, so that the URL called would not be the one read by people.
  const url = unprintable.test(text) ? null : URL.parse(text);
  if (url === null)
    return refuse('url-malformed', 'This is not an absolute URL, or it holds spaces or control characters.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse(
      'url-scheme',
      `The URL must begin with https:// or http://, not with ${quote(url.protocol)}.`,
    );
  }
  if (url.href.length > urlCharactersMax) {
    return refuse('url-too-long', `The URL has more than ${urlCharactersMax} characters once it is encoded.`);
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('url-userinfo', 'The URL must not carry a user name or password.');
  }
  if (url.href.includes('#'))
    return refuse('url-fragment', 'The URL must not have a fragment (#...): it is never sent.');
  if (rules.requireHttps && url.protocol !== 'https:') {
    return refuse('url-not-https', 'This installation calls https:// URLs only.');
  }
  return (
    checkHost(url, rules) ?? checkPort(url, rules) ?? { ok: true, url: url.href, warnings: warningsOf(url) }
  );
}

function checkHost(url: URL, { findRefusal }: UrlRules): UrlCheck | undefined {
  const host = bareHost(url);
  if (isIP(host) !== 0) {
    const refusal = findRefusal(host);
    return refusal === undefined
      ? undefined
      : refuse('url-address', `${host} may not be called: it is ${refusal}.`);
  }
  const stands = addressesBehind(host);
  if (stands.length === 0 || stands.some((address) => findRefusal(address) === undefined)) return undefined;
  return refuse(
    'url-host',
    `${quote(host)} may not be called: it names an address that is ${findRefusal(stands[0] ?? '')}.`,
  );
}

function checkPort(url: URL, { allowed }: UrlRules): UrlCheck | undefined {
  const port = url.port === '' ? undefined : Number(url.port);
  if (port === undefined || !refusedPorts.has(port)) return undefined;
  const host = bareHost(url);
  const addresses = isIP(host) === 0 ? addressesBehind(host) : [host];
  const isInside = addresses.some((address) => {
    const bytes = findAddressBytes(address);
    return bytes !== undefined && allowed.some((network) => contains(network, bytes));
  });
  return isInside
    ? undefined
    : refuse('url-port', `Port ${port} belongs to another protocol than HTTP and is not called.`);
}

function warningsOf(url: URL): readonly UrlRemark[] {
  if (url.protocol === 'https:') return [];
  return [
    { code: 'url-not-https', detail: 'http:// sends the notification, user name included, in the clear.' },
  ];
}

/** Names that stand for an address whatever DNS says, so that they are refused when saved, not hours later. */
function addressesBehind(host: string): readonly string[] {
  const name = host.replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost') || loopbackNames.has(name))
    return ['127.0.0.1', '::1'];
  return metadataNames.has(name) ? ['169.254.169.254'] : [];
}

function refusalOf(address: AddressBytes, allowed: readonly IpNetwork[]): string | undefined {
  if (!allowed.some((network) => contains(network, address))) {
    const special = specialNetworks.find(({ network }) => contains(network, address));
    if (special !== undefined) return `in ${special.network.text} (${special.meaning})`;
    if (address.length === 16 && !contains(publicV6, address))
      return `outside ${publicV6.text}, the public IPv6 range`;
  }
  // What a translator or tunnel would make of it has to be allowed as well, also inside an allowed network.
  for (const carried of carriedAddresses(address)) {
    const refusal = refusalOf(carried, allowed);
    if (refusal !== undefined) return `carried to ${carried.join('.')}, which is ${refusal}`;
  }
  return undefined;
}

/** An address literal without brackets, or a name. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function refuse(code: UrlRemarkCode, detail: string): UrlCheck {
  return { ok: false, code, detail };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
const unprintable = /[\u0000-\u0020\u007f]/;

const publicV6 = getNetwork('2000::/3');

/** The IANA special-purpose registries, and what other webhook senders refuse besides. */
const specialNetworks: readonly { readonly network: IpNetwork; readonly meaning: string }[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared by carriers, and cloud metadata'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local, and cloud metadata'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'AS112'],
  ['192.52.193.0/24', 'AMT'],
  ['192.88.99.0/24', '6to4 relays'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'AS112'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved, and broadcast'],
  ['2001::/23', 'protocol assignments, and Teredo'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'documentation'],
  ['::1/128', 'loopback'],
  ['::/128', 'unspecified'],
  ['64:ff9b::/96', 'NAT64'],
  ['64:ff9b:1::/48', 'NAT64'],
  ['100::/64', 'discard'],
  ['fc00::/7', 'private, and cloud metadata'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
].map(([cidr = '', meaning = '']) => ({ network: getNetwork(cidr), meaning }));

const loopbackNames = new Set(['localhost.localdomain', 'localhost6', 'ip6-localhost', 'ip6-loopback']);

const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.tencentyun.com',
  'metadata.oraclecloud.com',
  'metadata.platformequinix.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

// The Fetch standard's bad ports, and Redis and memcached, which would run the lines of a request as commands.
const refusedPorts = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211,
]);
