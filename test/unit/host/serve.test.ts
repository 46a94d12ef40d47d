import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { AppRouter } from '../../../main/api/router.ts';
import { type Served, serve } from '../../../main/host/serve.ts';
import { AppError } from '../../../main/platform/errors.ts';
import { fakeServices } from '../../fixtures/fake-services.ts';

let folder: string;
let host: Served;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scalable-serve-'));
  await writeFile(join(folder, 'index.html'), '<p>page</p>');
  host = await serve({ services: fakeServices(), rendererFolder: folder });
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: host.port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

async function enter(): Promise<string> {
  const { pathname, search } = new URL(host.issueUrl());
  const { headers } = await ask(pathname + search);
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

/** How a WebSocket handshake ended: 101, or the status it was refused with. */
function handshake(headers: Record<string, string>, path = '/api'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => resolve(0));
  });
}

describe('the page', () => {
  it('is refused without the link, with a sentence that says what to do', async () => {
    const answer = await ask('/');
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('link');
    expect(answer.body).not.toContain('page</p>');
  });
  it('opens with the link, which leaves the address and works once', async () => {
    const link = new URL(host.issueUrl());
    const first = await ask(link.pathname + link.search);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    const cookie = String(first.headers['set-cookie']).split(';')[0] ?? '';
    expect((await ask('/', { cookie })).body).toBe('<p>page</p>');
    expect((await ask(link.pathname + link.search)).status).toBe(403);
    // The browser that has the key may open the old link again.
    expect((await ask(link.pathname + link.search, { cookie })).status).toBe(303);
  });
  it('carries the security policy on every answer, refusals too', async () => {
    for (const answer of [await ask('/'), await ask('/', { cookie: await enter() })]) {
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
      expect(answer.headers['content-security-policy']).not.toContain('unsafe-eval');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });
  it('is not given to a foreign name that resolves to this machine, even with the key', async () => {
    const cookie = await enter();
    expect((await ask('/', { cookie, host: 'evil.example' })).status).toBe(421);
  });
  it('answers reading only', async () => {
    expect((await ask('/', { cookie: await enter() }, 'POST')).status).toBe(405);
  });
});

describe('the API', () => {
  it('answers queries, errors and subscriptions to the page that has the key', async () => {
    const cookie = await enter();
    class Socket extends WebSocket {
      constructor(address: string | URL) {
        super(address, { headers: { cookie }, origin: `http://127.0.0.1:${host.port}` });
      }
    }
    const socket = createWSClient({
      url: `ws://127.0.0.1:${host.port}/api`,
      WebSocket: Socket as unknown as typeof globalThis.WebSocket,
    });
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    const projects = await client.projects.recent.query();
    expect(projects.map((project) => project.name)).toContain('energy-forecast');
    const projectId = projects[0]!.projectId;
    await expect(client.runs.get.query({ projectId, runId: 'run-none' })).rejects.toMatchObject({
      shape: { app: { code: 'E_RUN_NOT_FOUND' } },
    });
    await expect(client.runs.get.query({ projectId: '../..', runId: 'run-none' })).rejects.toMatchObject({
      shape: { app: { code: 'E_BAD_INPUT' } },
    });
    const first = await new Promise((resolve, reject) => {
      const watching = client.runs.watch.subscribe(
        { projectId, runId: 'run-fake-3' },
        {
          onData: (update) => {
            watching.unsubscribe();
            resolve(update);
          },
          onError: reject,
        },
      );
    });
    expect(first).toMatchObject({ kind: 'snapshot', live: { runId: 'run-fake-3' } });
    await socket.close();
  });
  it('is closed to whoever lacks the key, comes from another page or asks for another name', async () => {
    const cookie = await enter();
    const origin = `http://127.0.0.1:${host.port}`;
    expect(await handshake({ cookie, origin })).toBe(101);
    expect(await handshake({ origin })).toBe(403);
    expect(await handshake({ cookie })).toBe(403);
    expect(await handshake({ cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await handshake({ cookie, origin: 'http://evil.example', host: 'evil.example' })).toBe(403);
    expect(await handshake({ cookie, origin }, '/other')).toBe(403);
  });
  it('drops messages that are too large or not text, and goes on', async () => {
    const headers = { cookie: await enter(), origin: `http://127.0.0.1:${host.port}` };
    for (const message of [Buffer.alloc(1024), 'x'.repeat(17 * 1024 * 1024)]) {
      const code = await new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${host.port}/api`, { headers });
        socket.on('open', () => socket.send(message));
        socket.on('close', resolve);
        socket.on('error', () => undefined);
      });
      expect([1003, 1006, 1009]).toContain(code);
    }
    expect(await handshake(headers)).toBe(101);
  });
});

describe('junk on the port', () => {
  it.each([
    'SSH-2.0-scanner\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
    'GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'GET // HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ])('%j is closed and the host goes on', async (bytes) => {
    await new Promise<void>((resolve) => {
      const socket = connect(host.port, '127.0.0.1', () => socket.end(bytes, 'latin1'));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      socket.resume();
    });
    expect((await ask('/')).status).toBe(403);
  });
});

describe('a port that is taken', () => {
  it('is said with a code and what to do', async () => {
    const failure = await serve({ services: fakeServices(), port: host.port }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'E_PORT_IN_USE', hint: expect.stringContaining('--port') });
  });
});
