import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliScene, scriptedScene } from '../support/cli.ts';
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from '../support/test-certificate.ts';

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that answers for every host itself, and notes what it was asked and by whom. */
async function startProxy() {
  const seen: string[] = [];
  const port = await listen(
    createPlain((incoming, outgoing) => {
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? 'nobody'}`);
      outgoing.end('{"data":[]}');
    }),
  );
  return { seen, port };
}

describe('the way out', () => {
  it('goes through the proxy of the settings, with its password out of the keys and in no other file', async () => {
    const proxy = await startProxy();
    const cli = new CliScene();
    const set = await cli.run(['settings', 'set', 'proxy', `http://zoe:planted-pass-7@127.0.0.1:${proxy.port}`]);
    expect([set.code, set.stdout]).toEqual([0, `proxy: http://zoe@127.0.0.1:${proxy.port}; its password is kept with the keys\n`]);
    const test = await cli.run(['settings', 'test', 'http://model.example/']);
    expect([test.code, test.stdout]).toEqual([
      0,
      expect.stringContaining(`✓ http://model.example/ through 127.0.0.1:${proxy.port}: answers (200)`),
    ]);
    const who = Buffer.from('zoe:planted-pass-7').toString('base64');
    expect(proxy.seen).toEqual([`GET http://model.example/ Basic ${who}`]);
    for (const name of readdirSync(cli.home, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name), 'latin1'), name.name).not.toContain('planted-pass-7');
    }
    expect((await cli.run(['settings', 'get'])).stdout).not.toContain('planted-pass-7');
    expect((await cli.run(['settings', 'unset', 'proxy'])).code).toBe(0);
    expect((await cli.run(['settings', 'get', 'PROXY_PASSWORD'])).stdout).toContain('(none)');
  });

  it('is used by models alike; hosts that were excepted and this machine are reached without it', async () => {
    const proxy = await startProxy();
    const { cli } = await scriptedScene([{ text: 'Direct.' }]);
    await cli.run(['settings', 'set', 'proxy', `http://127.0.0.1:${proxy.port}`]);
    expect((await cli.run(['run', '--model', 'openai-compatible/scripted', 'Hi'])).stdout.trim()).toBe('Direct.');
    expect(proxy.seen).toEqual([]);
    await cli.run(['models', 'list'], { env: { OPENAI_BASE_URL: 'http://model.example/v1' } });
    expect(proxy.seen).toContain('GET http://model.example/v1/models nobody');
    await cli.run(['settings', 'set', 'no_proxy', 'model.example']);
    const around = await cli.run(['settings', 'test', 'http://model.example/', '--json']);
    expect(JSON.parse(around.stdout)).toMatchObject({ ok: false });
    expect(proxy.seen.filter((line) => line.includes('example/ '))).toEqual([]);
  });

  it('goes by the environment where that names a proxy', async () => {
    const [one, other] = [await startProxy(), await startProxy()];
    const cli = new CliScene({ HTTP_PROXY: `http://127.0.0.1:${other.port}` });
    await cli.run(['settings', 'set', 'proxy', `http://127.0.0.1:${one.port}`]);
    await cli.run(['settings', 'test', 'http://model.example/']);
    expect([one.seen.length, other.seen.length]).toEqual([0, 1]);
  });

  it.each([
    'socks5://127.0.0.1:1080',
    'ftp://proxy',
    'proxy.example',
    'http://a b',
    'http://u:%zz@h:1',
    'http://h:99999',
    'http://%00:1',
    'http://999.999.999.999:1',
  ])('refuses %s as a proxy', async (value) => {
    const set = await new CliScene().run(['settings', 'set', 'proxy', value]);
    expect([set.code, set.stderr]).toEqual([2, expect.stringContaining('others (SOCKS) are not known here')]);
  });

  it('an address in the environment that is none fails in words, and nothing goes past it', async () => {
    const cli = new CliScene({ HTTPS_PROXY: 'http://h:99999' });
    const asked = await cli.run(['settings', 'test', 'https://model.example/']);
    expect(asked.stdout + asked.stderr).toContain('The proxy in HTTPS_PROXY is no address that can be reached.');
    expect(asked.code).toBe(1);
  });

  it.each(['search', 'update_address'])('refuses a name and password in %s, which is kept and shown in clear', async (key) => {
    const cli = new CliScene();
    const set = await cli.run(['settings', 'set', key, 'http://ada:PlantedPw@search.example/']);
    expect([set.code, set.stderr]).toEqual([2, expect.stringContaining('without a name and password in it')]);
    expect((await cli.run(['settings', 'get'])).stdout).not.toContain('PlantedPw');
  });

  it('trusts a further authority of a file in PEM once it is set, and refuses a file that holds none', async () => {
    const server = createSecure({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }, (_, outgoing) => void outgoing.end('here'));
    const address = `https://127.0.0.1:${await listen(server)}/`;
    const cli = new CliScene();
    const before = await cli.run(['settings', 'test', address]);
    expect([before.code, before.stdout]).toEqual([1, expect.stringContaining('certificate')]);
    const file = join(cli.root, 'company.pem');
    writeFileSync(file, 'no certificate');
    expect((await cli.run(['settings', 'set', 'ca_file', file])).stderr).toContain('ca_file wants a file with certificates in PEM');
    expect((await cli.run(['settings', 'set', 'ca_file', join(cli.root, 'missing.pem')])).stderr).toContain('a file that is there');
    writeFileSync(file, TEST_CERTIFICATE);
    expect((await cli.run(['settings', 'set', 'ca_file', file])).code).toBe(0);
    const after = await cli.run(['settings', 'test', address]);
    expect([after.code, after.stdout]).toEqual([0, expect.stringContaining('answers (200)')]);
  });
});
