import { describe, expect, it } from 'vitest';
import { startApp } from './start-app.ts';

const consoleFiles = {
  'index.html': '<!doctype html><title>Doorbell</title>',
  'assets/index-abc.js': 'export {};',
  'assets/index-abc.js.br': 'compressed',
  'bell.svg': '<svg/>',
};
const browser = { accept: 'text/html,*/*', authorization: '' };

describe('the console', () => {
  it('is served at the root under a policy that lets nothing inline and nothing foreign in', async () => {
    const app = await startApp({ consoleFiles });
    const { status, headers, text } = await app.call('GET', '/', undefined, browser);
    expect(status).toBe(200);
    expect(text).toBe(consoleFiles['index.html']);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'; style-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
  });

  it('is served at the root to whoever asks, also to a probe that names no type', async () => {
    const app = await startApp({ consoleFiles });
    const probe = { accept: '*/*', authorization: '' };
    expect((await app.call('GET', '/', undefined, probe)).status).toBe(200);
    expect((await app.call('HEAD', '/', undefined, probe)).status).toBe(200);
  });

  it('answers its index to a browser that opens one of its pages by address', async () => {
    const app = await startApp({ consoleFiles });
    const { text } = await app.call('GET', '/endpoints/acme-main?tab=health', undefined, browser);
    expect(text).toBe(consoleFiles['index.html']);
  });

  it('has assets that are cached for ever, compressed for those who take it', async () => {
    const app = await startApp({ consoleFiles });
    const plain = await app.call('GET', '/assets/index-abc.js', undefined, browser);
    expect(plain.text).toBe('export {};');
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const small = await app.call('GET', '/assets/index-abc.js', undefined, { 'accept-encoding': 'gzip, br' });
    expect(small.text).toBe('compressed');
    expect(small.headers['content-encoding']).toBe('br');
  });

  it('never answers a page for a missing asset, a route of the API, a client that wants JSON, or another method', async () => {
    const app = await startApp({ consoleFiles });
    expect((await app.call('GET', '/assets/gone.js', undefined, browser)).status).toBe(404);
    expect((await app.call('GET', '/v1/nothing', undefined, browser)).status).toBe(404);
    expect((await app.call('GET', '/nothing', undefined, { accept: 'application/json' })).status).toBe(404);
    expect((await app.call('POST', '/nothing', {}, browser)).status).toBe(404);
  });

  it('serves only what was built: no path leads out of it', async () => {
    const app = await startApp({ consoleFiles });
    for (const path of ['/../doorbell.db', '/%2e%2e/doorbell.db', '/assets/index-abc.js.br']) {
      expect((await app.call('GET', path, undefined, { accept: '*/*' })).status).toBe(404);
    }
  });

  it('is not there when it was not built, and the API works all the same', async () => {
    const app = await startApp();
    expect((await app.call('GET', '/', undefined, browser)).status).toBe(404);
    expect((await app.call('GET', '/v1/customers')).status).toBe(200);
  });
});
