import type { Secrets } from '../../application/ports/secrets.ts';
import type { SettingStore } from '../../application/ports/stores.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const PROXY_NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'];
/** Bytes of a file with certificates; the whole store of a system has a quarter of it. */
const LARGEST_CA_FILE = 1_000_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** How the outside is reached: the environment's proxy and authorities, or the person's settings where it names none. */
export interface Network {
  /** The environment as those see it who reach out: with the proxy of the settings in it. Always the same object. */
  readonly env: Environment;
  /** Reads the settings again. Cheap; to be called before somebody reaches out. */
  refresh(): Promise<void>;
}

export interface NetworkDeps {
  readonly env: Environment;
  readonly settings: SettingStore;
  readonly secrets: Secrets;
  /** The name of the secret with the proxy's password. */
  readonly passwordName: string;
}

export function createNetwork({ env, settings, secrets, passwordName }: NetworkDeps): Network {
  const outside: Record<string, string | undefined> = { ...env };
  const isProxyGiven = PROXY_NAMES.some((name) => env[name]);
  const isExceptionGiven = Boolean(env['NO_PROXY'] || env['no_proxy']);
  let authorities: string | null = null;
  return {
    env: outside,
    async refresh() {
      const [proxy, exceptions, caFile] = await Promise.all([settings.get('proxy'), settings.get('no_proxy'), settings.get('ca_file')]);
      if (!isProxyGiven) {
        const address = proxy === null ? undefined : await withPassword(proxy, secrets, passwordName);
        [outside['HTTPS_PROXY'], outside['HTTP_PROXY']] = [address, address];
      }
      if (!isExceptionGiven) outside['NO_PROXY'] = exceptions ?? undefined;
      const wanted = env['GLASSHOUSE_CA_FILE'] || caFile;
      if (wanted !== authorities) {
        await trust(wanted);
        authorities = wanted;
      }
    },
  };
}

async function withPassword(proxy: string, secrets: Secrets, name: string): Promise<string> {
  // Whatever is saved, nothing but the way out may fail by it.
  if (!URL.canParse(proxy)) return proxy;
  const url = new URL(proxy);
  if (url.username === '') return proxy;
  url.password = encodeURIComponent((await secrets.get(name)) ?? '');
  return url.href;
}

/** Node's own authorities, and those of the file; null: Node's own alone. A file that is gone adds none: the connection then says what is missing. */
async function trust(caFile: string | null): Promise<void> {
  const tls = process.getBuiltinModule('node:tls');
  const found = caFile === null ? null : await certificatesIn(caFile);
  const further = found?.ok ? found.certificates : [];
  tls.setDefaultCACertificates([...tls.getCACertificates('bundled'), ...tls.getCACertificates('extra'), ...further]);
}

/** Null: it holds certificates; else what is wrong with it, in words. */
export async function problemWithAuthorities(path: string): Promise<string | null> {
  const found = await certificatesIn(path);
  return found.ok ? null : found.problem;
}

type Certificates = { readonly ok: true; readonly certificates: readonly string[] } | { readonly ok: false; readonly problem: string };

async function certificatesIn(path: string): Promise<Certificates> {
  const { readFile, stat } = await import('node:fs/promises');
  const { isAbsolute } = process.getBuiltinModule('node:path');
  if (!isAbsolute(path)) return { ok: false, problem: 'the whole path of a file' };
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  );
  if (size === null) return { ok: false, problem: 'a file that is there and can be read' };
  if (size > LARGEST_CA_FILE) return { ok: false, problem: 'a file of at most one megabyte' };
  const certificates = (await readFile(path, 'latin1')).match(CERTIFICATE) ?? [];
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  const isSound = certificates.every((each) => {
    try {
      return new X509Certificate(each).raw.length > 0;
    } catch {
      return false;
    }
  });
  if (certificates.length === 0 || !isSound) return { ok: false, problem: 'a file with certificates in PEM (-----BEGIN CERTIFICATE-----)' };
  return { ok: true, certificates };
}
