import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newerVersion } from '../../src/application/use-cases/newer-version.ts';
import { latestVersion } from '../../src/infrastructure/llm/latest-version.ts';
import { CliScene } from '../support/cli.ts';
import { memorySettings } from '../support/memory-settings.ts';

const DAY = 24 * 60 * 60 * 1_000;

async function documents(version: () => string | null) {
  const seen: { readonly method: string | undefined; readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers });
    const said = version();
    outgoing.statusCode = said === null ? 503 : 200;
    outgoing.end(JSON.stringify({ version: said }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/glasshouse/latest` };
}

describe('a newer version', () => {
  it('U3: is not looked for when that is switched off, nor where no address is set', async () => {
    const { seen, address } = await documents(() => '99.0.0');
    const cli = new CliScene({ GLASSHOUSE_UPDATE_ADDRESS: address });
    await cli.run(['settings', 'set', 'update_notice', 'off']);
    expect((await cli.run(['doctor'])).stdout).not.toContain('Newer version');
    const settings = memorySettings({});
    const deps = { settings, env: {}, now: () => 1, version: async () => '1.2.3' };
    expect(await newerVersion({ ...deps, latestAt: () => Promise.reject(new Error('asked')) })).toBeNull();
    expect(seen).toEqual([]);
  });

  it('is told of once it is there, looked for once a day, by a request that says nothing of who asks', async () => {
    const { seen, address } = await documents(() => '99.0.0');
    const cli = new CliScene({ GLASSHOUSE_UPDATE_ADDRESS: address });
    for (let look = 0; look < 2; look += 1) expect((await cli.run(['doctor'])).stdout).toContain('Glasshouse 99.0.0 is out');
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /glasshouse/latest']);
    expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual(['accept', 'connection', 'host', 'user-agent']);
    expect(seen[0]?.headers['user-agent']).toBe('glasshouse');
  });

  it('is quiet when nobody answers, and asks again the next day', async () => {
    let said: string | null = null;
    const { seen, address } = await documents(() => said);
    const settings = memorySettings({ update_address: address });
    let now = 1_000;
    const look = () =>
      newerVersion({ settings, env: {}, now: () => now, version: async () => '1.2.3', latestAt: (at) => latestVersion({}, at) });
    expect(await look()).toBeNull();
    expect(await look()).toBeNull();
    expect(seen).toHaveLength(1);
    now += DAY;
    said = '1.3.0';
    expect(await look()).toBe('1.3.0');
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['1.2.4', '1.2.3', true],
    ['1.10.0', '1.9.9', true],
    ['1.2.3', '1.2.3-rc.1', true],
    ['1.2.3', '1.2.3', false],
    ['1.2.2', '1.2.3', false],
    ['2.0.0-beta.1', '1.2.3', false],
    ['<b>9</b>', '1.2.3', false],
  ])('%s beside %s: %s', async (latest, version, isNewer) => {
    const deps = {
      settings: memorySettings({ update_address: 'http://example.test/latest' }),
      env: {},
      now: () => 1,
      version: async () => version,
    };
    expect(await newerVersion({ ...deps, latestAt: async () => latest })).toBe(isNewer ? latest : null);
  });
});
