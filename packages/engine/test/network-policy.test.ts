import { describe, expect, it } from 'vitest';
import { createNetworkPolicy, parseNetworks } from '../src/network-policy.ts';
import { loopbackSpellings, publicAddresses, refusedAddresses } from './ssrf-corpus.ts';

const strict = createNetworkPolicy({ allowNetworks: [] });

function allowing(...allowNetworks: readonly string[]): ReturnType<typeof createNetworkPolicy> {
  return createNetworkPolicy({ allowNetworks });
}

/** 'ok', or the code of the refusal. */
function verdict(url: string, policy: typeof strict = strict): string {
  const check = policy.checkUrl(url);
  return check.ok ? 'ok' : check.code;
}

function asHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

describe('addresses', () => {
  it.each(refusedAddresses)('refuses %s, and says in which range it is', (address) => {
    expect(strict.isAllowedAddress(address)).toBe(false);
    expect(strict.findRefusal(address)).toMatch(/^(in|outside|carried to) .+ ?\(?.*/);
  });

  it.each(publicAddresses)('allows %s', (address) => {
    expect(strict.findRefusal(address)).toBeUndefined();
  });

  it.each([
    '',
    'example.com',
    '127.1',
    '1.2.3',
    '1.2.3.4.5',
    '0x7f000001',
    '08.8.8.8',
    '[8.8.8.8]',
    '8.8.8.8/32',
    ':::',
  ])('refuses %j, which is not an address in canonical form', (text) => {
    expect(strict.isAllowedAddress(text)).toBe(false);
  });
});

describe('URLs', () => {
  it.each(loopbackSpellings)('refuses http://%s', (host) => {
    expect(verdict(`http://${host}/`)).toMatch(/^url-(address|host)$/);
    expect(verdict(`https://${host}:8443/path`)).toMatch(/^url-(address|host)$/);
  });

  it.each(refusedAddresses.filter((address) => !address.includes('%')))(
    'refuses the literal %s',
    (address) => {
      expect(verdict(`https://${asHost(address)}/`)).toBe('url-address');
    },
  );

  it.each(publicAddresses)('accepts the literal %s', (address) => {
    expect(verdict(`https://${asHost(address)}/`)).toBe('ok');
  });

  it.each([
    'metadata.google.internal',
    'METADATA.google.internal.',
    'metadata.goog',
    'instance-data.ec2.internal',
  ])('refuses the metadata name %s', (name) => {
    expect(verdict(`http://${name}/computeMetadata/v1/`)).toBe('url-host');
  });

  it.each([
    ['ftp://example.com/', 'url-scheme'],
    ['file:///etc/passwd', 'url-scheme'],
    ['gopher://example.com:70/', 'url-scheme'],
    ['javascript:alert(1)', 'url-scheme'],
    ['data:text/plain,x', 'url-scheme'],
    ['https://user@example.com/', 'url-userinfo'],
    ['https://user:secret@example.com/', 'url-userinfo'],
    ['https://:secret@example.com/', 'url-userinfo'],
    ['https://example.com@127.0.0.1/', 'url-userinfo'],
    ['https://example.com/#', 'url-fragment'],
    ['https://example.com/a#b', 'url-fragment'],
    ['', 'url-malformed'],
    ['example.com', 'url-malformed'],
    ['/notify', 'url-malformed'],
    ['//example.com/', 'url-malformed'],
    ['http://', 'url-malformed'],
    ['https://exa mple.com/', 'url-malformed'],
    [' https://example.com/', 'url-malformed'],
    ['https://example.com/\r\nx', 'url-malformed'],
    ['ht\ttps://example.com/', 'url-malformed'],
    ['https://example.com:99999/', 'url-malformed'],
    ['https://256.256.256.256/', 'url-malformed'],
    ['https://[::1/', 'url-malformed'],
    ['https://[fe80::1%25eth0]/', 'url-malformed'],
    ['https://%00/', 'url-malformed'],
    [`https://example.com/${'x'.repeat(2_029)}`, 'url-too-long'],
    [`https://example.com/${'张'.repeat(300)}`, 'url-too-long'],
  ])('refuses %j as %s', (url, code) => {
    expect(verdict(url)).toBe(code);
  });

  it('never quotes a password or more than 60 characters of the input', () => {
    const check = strict.checkUrl(`https://user:hunter2@${'a'.repeat(100)}.localhost/`);
    expect(JSON.stringify(check)).not.toContain('hunter2');
    const long = strict.checkUrl(`https://${'a'.repeat(100)}.localhost/`);
    expect(!long.ok && long.detail).toContain(`"${'a'.repeat(60)}..."`);
  });

  it('accepts 2,048 characters', () => {
    expect(verdict(`https://example.com/${'x'.repeat(2_028)}`)).toBe('ok');
  });

  it.each([
    ['HTTPS://Example.COM:443/a/../b?x=1', 'https://example.com/b?x=1'],
    ['https://例え.jp/通知', 'https://xn--r8jz45g.jp/%E9%80%9A%E7%9F%A5'],
    ['https:\\\\example.com\\notify', 'https://example.com/notify'],
    ['https://0x08.8.8.8', 'https://8.8.8.8/'],
  ])('returns %s in its normal form', (url, normal) => {
    expect(strict.checkUrl(url)).toEqual({ ok: true, url: normal, warnings: [] });
  });

  it('accepts http:// with a warning, unless https is required', () => {
    const check = strict.checkUrl('http://example.com/');
    expect(check).toMatchObject({ ok: true, warnings: [{ code: 'url-not-https' }] });
    const secureOnly = createNetworkPolicy({ allowNetworks: [], requireHttps: true });
    expect(verdict('http://example.com/', secureOnly)).toBe('url-not-https');
    expect(verdict('https://example.com/', secureOnly)).toBe('ok');
  });

  it.each([0, 22, 23, 25, 53, 110, 143, 389, 587, 993, 2049, 6000, 6379, 6667, 10080, 11211])(
    'refuses port %i, which belongs to another protocol',
    (port) => {
      expect(verdict(`http://example.com:${port}/`)).toBe('url-port');
      expect(verdict(`http://8.8.8.8:${port}/`)).toBe('url-port');
    },
  );

  it.each([80, 443, 1024, 3000, 8000, 8080, 8443, 9999, 65535])('accepts port %i', (port) => {
    expect(verdict(`http://example.com:${port}/`)).toBe('ok');
  });
});

describe('allowed networks', () => {
  it('open exactly what they say', () => {
    const policy = allowing('10.1.0.0/16', 'fd12:3456::/32');
    const inside = [
      '10.1.0.0',
      '10.1.255.255',
      '::ffff:10.1.2.3',
      'fd12:3456::1',
      'fd12:3456:ffff::1',
      '8.8.8.8',
    ];
    const outside = [
      '10.0.255.255',
      '10.2.0.0',
      '::ffff:10.2.0.1',
      'fd12:3457::1',
      '127.0.0.1',
      '169.254.169.254',
      '::1',
    ];
    expect(inside.filter((address) => !policy.isAllowedAddress(address))).toEqual([]);
    expect(outside.filter((address) => policy.isAllowedAddress(address))).toEqual([]);
    expect(verdict('http://10.1.2.3:8080/', policy)).toBe('ok');
    expect(verdict('http://[::ffff:10.1.2.3]/', policy)).toBe('ok');
    expect(verdict('http://10.2.2.3/', policy)).toBe('url-address');
  });

  it('open localhost by name when either loopback is allowed', () => {
    for (const network of ['127.0.0.0/8', '::1']) {
      expect(verdict('http://localhost:9000/', allowing(network))).toBe('ok');
      expect(verdict('http://api.localhost./', allowing(network))).toBe('ok');
    }
    expect(verdict('http://localhost/', allowing('10.0.0.0/8'))).toBe('url-host');
  });

  it('open any port inside them, and none outside', () => {
    const policy = allowing('127.0.0.0/8');
    expect(verdict('http://127.0.0.1:6379/', policy)).toBe('ok');
    expect(verdict('http://localhost:22/', policy)).toBe('ok');
    expect(verdict('http://8.8.8.8:22/', policy)).toBe('url-port');
  });

  it('do not open, by way of a translator or a tunnel, what is not allowed itself', () => {
    const policy = allowing('64:ff9b::/96', '2002::/16', '2001::/32', '::/0');
    const carried = [
      '64:ff9b::7f00:1',
      '64:ff9b::a9fe:a9fe',
      '2002:7f00:1::',
      '2001:0:808:808::80ff:fffe',
      '::7f00:1',
    ];
    expect(carried.filter((address) => policy.isAllowedAddress(address))).toEqual([]);
    expect(policy.isAllowedAddress('64:ff9b::808:808')).toBe(true);
    expect(policy.findRefusal('64:ff9b::7f00:1')).toBe(
      'carried to 127.0.0.1, which is in 127.0.0.0/8 (loopback)',
    );
  });

  it('open everything when they are the whole of both families', () => {
    const policy = allowing('0.0.0.0/0', '::/0');
    expect(refusedAddresses.filter((address) => !policy.isAllowedAddress(address))).toEqual([]);
  });
});

describe('parsing networks', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    [' 127.0.0.1 ', '127.0.0.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::1', '::1/128'],
    ['FD00:0:0::/8', 'fd00::/8'],
    ['::/0', '::/0'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['2001:db8::1.2.3.4', '2001:db8::102:304/128'],
  ])('reads %j as %s', (text, expected) => {
    expect(parseNetworks([text]).map((network) => network.text)).toEqual([expected]);
  });

  it.each([
    ['10.0.0.0/33', '"10.0.0.0/33" is not a network: the length after the slash must be 0 to 32.'],
    ['::/129', '"::/129" is not a network: the length after the slash must be 0 to 128.'],
    [
      '::ffff:10.0.0.0/8',
      '"::ffff:10.0.0.0/8" is not a network: the length after the slash must be 96 to 128.',
    ],
    ['10.0.0.0/', '"10.0.0.0/" is not a network: the length after the slash must be 0 to 32.'],
    ['10.0.0.0/-1', '"10.0.0.0/-1" is not a network: the length after the slash must be 0 to 32.'],
    ['10.1.2.3/8', '"10.1.2.3/8" has bits set after its length; did you mean 10.0.0.0/8?'],
    ['fd12::1/32', '"fd12::1/32" has bits set after its length; did you mean fd12::/32?'],
    ['10.0.0.0/8/8', '"10.0.0.0/8/8" is not a network: write an address and a length, like 10.0.0.0/8.'],
    ['10.0.0/8', '"10.0.0/8" is not a network: write an address and a length, like 10.0.0.0/8.'],
    ['localhost', '"localhost" is not a network: write an address and a length, like 10.0.0.0/8.'],
    [
      'fe80::1%eth0/64',
      '"fe80::1%eth0/64" is not a network: write an address and a length, like 10.0.0.0/8.',
    ],
    ['', '"" is not a network: write an address and a length, like 10.0.0.0/8.'],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => parseNetworks(['10.0.0.0/8', text])).toThrow(new RangeError(message));
    expect(() => allowing(text)).toThrow(RangeError);
  });
});
