import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Fetching } from './fetching.ts';

/** The download breaks off in a way that trying again can mend. */
export class Cut extends Error {}
/** The source will not have it, however often it is asked. */
export class Refused extends Error {}

const REDIRECTS = 5;
const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
const PROXY_NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/**
 * Connections to the hub and to where it sends us: proxies honoured, redirects followed, nothing secret sent.
 * A company's own authority that only the system knows is looked up when a certificate is not trusted otherwise.
 */
export class HubConnections {
  readonly #fetching: Fetching;
  readonly #agents = new Map<string, Agent>();
  #systemAuthorities = false;

  constructor(fetching: Fetching) {
    this.#fetching = fetching;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** The answer after all redirects. Throws {@link Cut}, {@link Refused}, or the signal's reason when stopped. */
  async get(start: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    let url = start;
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const response = await this.#trusted(url, headers);
      const status = response.statusCode ?? 0;
      const to = response.headers.location;
      if (status < 300 || status >= 400 || status === 304 || !to) return response;
      response.destroy();
      const next = new URL(to, url);
      if (url.protocol === 'https:' && next.protocol !== 'https:') throw new Refused('it redirects to a place without TLS');
      url = next;
    }
    throw new Refused('it redirects in circles');
  }

  async #trusted(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    try {
      return await this.#ask(url, headers);
    } catch (error) {
      if (this.#systemAuthorities || !(error instanceof Cut) || !isUntrusted(codeOf(error.cause))) throw error;
      this.#systemAuthorities = true;
      return this.#ask(url, headers);
    }
  }

  #agentFor(url: URL): Agent {
    const isLocal = LOCAL.test(url.hostname);
    const { env } = this.#fetching;
    const proxyEnv = isLocal ? {} : Object.fromEntries(PROXY_NAMES.flatMap((one) => (env[one] ? [[one, env[one]]] : [])));
    const name = `${url.protocol}${isLocal}${this.#systemAuthorities}${JSON.stringify(proxyEnv)}`;
    const known = this.#agents.get(name);
    if (known) return known;
    const agent = url.protocol === 'https:' ? this.#secureAgent(proxyEnv) : new (process.getBuiltinModule('node:http').Agent)({ proxyEnv });
    this.#agents.set(name, agent);
    return agent;
  }

  #secureAgent(proxyEnv: Record<string, string>): Agent {
    const tls = process.getBuiltinModule('node:tls');
    const ca = this.#systemAuthorities ? { ca: [...tls.getCACertificates('default'), ...tls.getCACertificates('system')] } : {};
    return new (process.getBuiltinModule('node:https').Agent)({ proxyEnv, ...ca });
  }

  #ask(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { signal, patience } = this.#fetching;
    const module = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const sent: ClientRequest = module.get(url, { headers, agent: this.#agentFor(url), signal });
      const giveUp = (ms: number, words: string) => setTimeout(() => sent.destroy(new Cut(words)), ms);
      const connecting = giveUp(patience.connectMs, `no connection within ${Math.round(patience.connectMs / 1000)} s`);
      const head = giveUp(patience.connectMs + patience.stallMs, 'it did not answer');
      const settle = () => {
        clearTimeout(connecting);
        clearTimeout(head);
      };
      sent.on('socket', (socket) => {
        if (sent.reusedSocket) clearTimeout(connecting);
        else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
      });
      sent.on('error', (error) => {
        settle();
        if (signal.aborted) reject(signal.reason as Error);
        else reject(error instanceof Cut ? error : new Cut(connectionWords(codeOf(error)), { cause: error }));
      });
      sent.on('response', (response) => {
        settle();
        // An error after the last read would otherwise end the process.
        response.on('error', () => undefined);
        resolve(response);
      });
    });
  }
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

function isUntrusted(code: string): boolean {
  return code.includes('SELF_SIGNED') || code.startsWith('UNABLE_TO_');
}

function connectionWords(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name is not known here (is there a network?)';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'it closed the connection';
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') return 'there is no way to it';
  if (isUntrusted(code) || code.includes('CERT'))
    return 'its certificate is not trusted here (NODE_EXTRA_CA_CERTS names further authorities)';
  return `the connection failed${code ? ` (${code})` : ''}`;
}
