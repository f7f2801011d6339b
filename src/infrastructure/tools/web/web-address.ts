import { FailureError } from '../../../core/models/failure.ts';
import { isPublicAddress } from './public-address.ts';

/** Names that mean this machine or this network (RFC 6761, 6762, 8375, 9476). */
const LOCAL_NAMES = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa|onion|alt|test|invalid)$/;
/** Ports of protocols that could take a web request for one of their own (from the fetch standard, "port blocking"); below 1024 only the web's are open. */
const CLOSED_PORTS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080, 11_211,
]);
const LONGEST_ADDRESS = 2000;

/**
 * The address of a page as the URL parser understands it, which is also how it will be asked for: unusual spellings of numbers
 * (decimal, octal, hexadecimal) are plain here.
 * @throws FailureError web_address_refused with the reason
 */
export function webAddress(given: string): URL {
  const text = given.trim().replace(/^<(.*)>$/s, '$1');
  if (text.length > LONGEST_ADDRESS) throw refused('The address is too long.');
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) throw refused(`${JSON.stringify(text)} is not an address.`);
  const url = new URL(whole);
  url.hash = '';
  checkAddress(url);
  return url;
}

/** @throws FailureError web_address_refused */
export function checkAddress(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refused(`${url.protocol} addresses cannot be fetched; http and https can.`);
  if (url.username !== '' || url.password !== '') throw refused('An address with a name or password in it is not fetched.');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if ((port < 1024 && port !== 80 && port !== 443) || CLOSED_PORTS.has(port)) throw refused(`Port ${port} is not one of the web’s.`);
  const literal = literalAddress(url);
  if (literal !== null) {
    if (!isPublicAddress(literal)) throw refused(`${literal} is not a public address.`);
    return;
  }
  const name = url.hostname.replace(/\.$/, '').toLowerCase();
  if (!name.includes('.') || LOCAL_NAMES.test(name)) throw refused(`${url.hostname} is a name of this machine or of its own network.`);
}

/** The IP address that stands in place of a name; null where there is a name. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return process.getBuiltinModule('node:net').isIP(host) === 0 ? null : host;
}

export function refused(message: string): FailureError {
  return new FailureError('web_address_refused', message);
}
