import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPublicImage, imagePlace, tokenAddress } from '../../../main/connections/public-image.ts';

describe('the place of an image', () => {
  it.each([
    ['alpine', 'registry-1.docker.io', 'library/alpine', 'latest'],
    ['lab/model:2.0', 'registry-1.docker.io', 'lab/model', '2.0'],
    ['ghcr.io/lab/model:2.0', 'ghcr.io', 'lab/model', '2.0'],
    ['localhost:5000/model', 'localhost:5000', 'model', 'latest'],
    ['ghcr.io/lab/model:2.0@sha256:abc', 'ghcr.io', 'lab/model', 'sha256:abc'],
  ])('of %s is where the container tools look', (image, host, repository, reference) => {
    expect(imagePlace(image)).toEqual({ host, repository, reference });
  });
});

describe('where a registry says that tokens are given', () => {
  const place = imagePlace('ghcr.io/lab/model:2.0');
  const asked = (realm: string, at = place) =>
    tokenAddress(`Bearer realm="${realm}",service="s"`, at)?.href ?? null;

  it('is asked for the right to pull, and nothing more', () => {
    expect(asked('https://ghcr.io/token')).toBe(
      'https://ghcr.io/token?service=s&scope=repository%3Alab%2Fmodel%3Apull',
    );
  });

  it.each(['file:///etc/passwd', 'http://169.254.169.254/latest', 'http://127.0.0.1:8080/', 'no address'])(
    'is not asked where it is %s',
    (realm) => expect(asked(realm)).toBeNull(),
  );

  it('may be this machine when the registry is', () => {
    const local = imagePlace('localhost:5000/model');
    expect(asked('http://localhost:5001/token', local)).toContain('http://localhost:5001/token');
    expect(asked('http://169.254.169.254/latest', local)).toBeNull();
    expect(tokenAddress('Basic realm="x"', local)).toBeNull();
  });
});

describe('asking a registry for an image, on a double of one', () => {
  let server: Server;
  let host: string;
  let realm: string;
  let asked: string[];
  let status: number;

  beforeEach(async () => {
    asked = [];
    status = 200;
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.url?.startsWith('/token')) return response.end(JSON.stringify({ token: 'anybody' }));
      const isKnown = request.headers.authorization === 'Bearer anybody';
      if (isKnown) return response.writeHead(status).end();
      return response
        .writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="double"` })
        .end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    realm = `http://${host}/token`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('gets the token that everybody gets, and then the image', async () => {
    const [, detail] = await checkPublicImage(`${host}/lab/model:2.0`);
    expect(detail).toBe(`${host}/lab/model:2.0 can be pulled.`);
    expect(asked).toEqual([
      'HEAD /v2/lab/model/manifests/2.0',
      'GET /token?service=double&scope=repository%3Alab%2Fmodel%3Apull',
      'HEAD /v2/lab/model/manifests/2.0',
    ]);
  });

  it.each([
    [404, 'There is no image'],
    [403, 'is private or not there'],
    [500, 'HTTP 500'],
  ])('says what HTTP %i means', async (answer, words) => {
    status = answer;
    await expect(checkPublicImage(`${host}/lab/model:2.0`)).rejects.toMatchObject({
      code: 'E_CLOUD_IMAGE',
      message: expect.stringContaining(words),
    });
  });

  it('says that a registry cannot be reached', async () => {
    await expect(checkPublicImage('127.0.0.1:9/lab/model')).rejects.toMatchObject({
      code: 'E_CLOUD_IMAGE',
      message: expect.stringContaining('does not answer'),
    });
  });
});
