import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { newHome, type RunningHost, startHost, type TestHome } from './support/app.ts';

/** The built app as it is started, asked by everybody who should get nothing. */
describe('the browser host to strangers', () => {
  let home: TestHome;
  let host: RunningHost;
  let port: number;
  let key: string;

  beforeAll(async () => {
    home = await newHome();
    host = await startHost(home);
    port = Number(new URL(host.url).port);
    const { pathname, search } = new URL(host.url);
    const entry = await ask(pathname + search);
    key = entry.cookie;
  });
  afterAll(async () => {
    await host?.stop();
    await home.remove();
  });

  function ask(path: string, headers: Record<string, string> = {}) {
    return new Promise<{ status: number; policy: string; cookie: string; body: string }>(
      (resolve, reject) => {
        request({ host: '127.0.0.1', port, path, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              policy: String(response.headers['content-security-policy']),
              cookie: String(response.headers['set-cookie'] ?? '').split(';')[0] ?? '',
              body: Buffer.concat(chunks).toString(),
            }),
          );
        })
          .on('error', reject)
          .end();
      },
    );
  }

  /** The status that an attempt to open the API's socket ends with; 101 is an open one. */
  function openSocket(headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api`, { headers });
      socket.on('open', () => {
        socket.terminate();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', reject);
    });
  }

  it('gives the key for the printed link once, to the first who opens it', async () => {
    expect(key).toMatch(/^scalable-\w+=\w{64}$/);
    const { pathname, search } = new URL(host.url);
    const second = await ask(pathname + search);
    expect(second).toMatchObject({ status: 403, cookie: '' });
    expect((await ask('/', { cookie: key })).body).toContain('<div id="root">');
  });

  it('gives nothing of the page, its scripts or its API without the key', async () => {
    const page = (await ask('/', { cookie: key })).body;
    const script = /src="\.?(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '';
    expect((await ask(script, { cookie: key })).status).toBe(200);
    const guessed = key.replace(/=.*/, `=${'0'.repeat(64)}`);
    for (const path of ['/', '/index.html', script, '/api', '/?token=', '/?token=guessed']) {
      for (const cookie of ['', guessed]) {
        const answer = await ask(path, { cookie });
        expect(answer.status, path).toBe(403);
        expect(answer.body).not.toContain('root');
      }
    }
  });

  it('serves no file beside the built page, whoever asks', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/%2e%2e/package.json',
      '/..%2f..%2fpackage.json',
      '/assets/../../main/sdk.js',
    ])
      expect((await ask(path, { cookie: key })).body).not.toMatch(/scalable-desktop|ScalableSession/);
  });

  it('lets a page run its own scripts only, and says so on refusals too', async () => {
    for (const answer of [await ask('/', { cookie: key }), await ask('/')]) {
      const policy = new Map(answer.policy.split('; ').map((part) => [part.split(' ')[0], part]));
      expect(policy.get('default-src')).toBe("default-src 'none'");
      expect(policy.get('script-src')).toBe("script-src 'self'");
      expect(policy.get('connect-src')).toBe("connect-src 'self'");
      expect(policy.get('frame-ancestors')).toBe("frame-ancestors 'none'");
      expect(answer.policy).not.toMatch(/unsafe-eval|wasm-unsafe|https?:|\*/);
    }
    const page = (await ask('/', { cookie: key })).body;
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|javascript:/i);
  });

  it('refuses every other name and every other origin, even with the key', async () => {
    const own = `127.0.0.1:${port}`;
    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      `127.0.0.1.nip.io:${port}`,
    ]) {
      expect((await ask('/', { cookie: key, host: name })).status, name).toBe(421);
      expect(await openSocket({ cookie: key, host: name, origin: `http://${name}` }), name).toBe(403);
    }
    expect(await openSocket({ cookie: key, origin: `http://${own}` })).toBe(101);
    for (const origin of [
      'http://evil.example',
      `https://${own}`,
      'http://127.0.0.1:1',
      'null',
      `http://${own}.evil.example`,
    ])
      expect(await openSocket({ cookie: key, origin }), origin).toBe(403);
    expect(await openSocket({ origin: `http://${own}` })).toBe(403);
    expect(await openSocket({ cookie: key })).toBe(403);
  });
});
