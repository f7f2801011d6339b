import type { Secrets } from '../../application/ports/secrets.ts';
import { failure, type Result } from '../../core/models/failure.ts';
import type { Destination } from '../../core/reasoning/language-model.ts';
import { isLoopback } from './http-stream.ts';
import type { Asked } from './wire-failure.ts';

/** An address in its parts: what may be stored, and what must not be. */
export interface Base {
  readonly url: URL;
  /** Without a name and password. */
  readonly address: string;
  /** `Authorization` for the name and password that stood in the address. */
  readonly basic: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Where a provider's models are asked: at its own address, or where the environment says. */
export function addressOf(
  env: Readonly<Record<string, string | undefined>>,
  provider: { readonly baseUrl: string; readonly baseUrlName: string | null },
): string {
  return (provider.baseUrlName ? env[provider.baseUrlName]?.trim() : '') || provider.baseUrl;
}

/** `name` is the environment variable that the address came from, null: none. */
export function parseBase(given: string, name: string | null): Result<Base> {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return { ok: false, failure: failure('model_unreachable', `${name ?? 'The address'} is not an http or https address.`) };
  }
  if (url.username === '' && url.password === '') return { ok: true, value: { url, address: given, basic: {}, secrets: [] } };
  const password = decodeURIComponent(url.password);
  const basic = Buffer.from(`${decodeURIComponent(url.username)}:${password}`).toString('base64');
  url.username = '';
  url.password = '';
  const secrets = [password, basic].filter((one) => one.length >= 4);
  return { ok: true, value: { url, address: url.href, basic: { authorization: `Basic ${basic}` }, secrets } };
}

/** Where the words go (U3). */
export function destinationOf(url: URL): Destination {
  return isLoopback(url.hostname) ? { kind: 'machine' } : { kind: 'host', host: url.host };
}

/** Whom a failure is told of. `keyName` is the name that a key would have, where there is none. */
export function askedOf(model: string, base: Base, key: FoundKey | null, keyName: string | null): Asked {
  const secrets = [...base.secrets, ...(key === null ? [] : [key.value])];
  return { model, host: base.url.host, secrets, keyName: key?.name ?? keyName };
}

/** A provider's key, by the names under which it can be found. */
export interface KeyQuestion {
  readonly secrets: Secrets;
  /** Whom it is for, in words. */
  readonly id: string;
  /** The first is the one that is told of; empty: none is wanted. */
  readonly names: readonly string[];
  readonly isNeeded: boolean;
}

/** A key, and the name under which it was found. */
export interface FoundKey {
  readonly name: string;
  readonly value: string;
}

/** The key, or null where none is set and none is needed. */
export async function keyFor(question: KeyQuestion): Promise<Result<FoundKey | null>> {
  const [told] = question.names;
  if (told === undefined) return { ok: true, value: null };
  for (const name of question.names) {
    const value = await question.secrets.get(name);
    if (value === null) continue;
    if (/^[\x21-\x7e]+$/.test(value)) return { ok: true, value: { name, value } };
    const words = `The key in ${name} holds characters that no key has. Was it copied whole, and nothing with it?`;
    return { ok: false, failure: failure('model_key_refused', words) };
  }
  if (!question.isNeeded) return { ok: true, value: null };
  return { ok: false, failure: failure('model_key_missing', `${question.id} needs a key: set ${told}.`) };
}
