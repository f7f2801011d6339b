import { FailureError } from '../../../core/models/failure.ts';
import { literalAddress } from './web-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an address (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case). Null: none.
 * A proxy looks up names itself: what it then reaches is its own affair, and cannot be held to the address that was checked here.
 */
export function proxyFor(env: Environment, url: URL): URL | null {
  if (isThisMachine(url)) return null;
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = env[name] || env[name.toUpperCase()];
  if (!value || isExcepted(env['no_proxy'] || env['NO_PROXY'] || '', url)) return null;
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(whole) ? new URL(whole) : null;
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  // Nothing is fetched past a proxy that somebody has set, only because it is none that is known here.
  throw new FailureError(
    'web_unreachable',
    `The proxy in ${name.toUpperCase()} is no http or https address, and others are not known here.`,
  );
}

/** Addresses of this machine never go through a proxy: there they would mean the proxy's own. */
function isThisMachine(url: URL): boolean {
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
}

/** `*`, `example.org` (with all below it), `.example.org`, `*.example.org`, each with or without a port. */
function isExcepted(list: string, url: URL): boolean {
  const host = (literalAddress(url) ?? url.hostname).toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', wanted] = /^(.+?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (name === '' || (wanted !== undefined && wanted !== port)) return false;
    const suffix = name.replace(/^\*?\./, '');
    return host === suffix || host.endsWith(`.${suffix}`);
  });
}
