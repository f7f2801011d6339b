import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { megabytes, writeAll, type Fetched, type Fetching } from './fetching.ts';
import type { ModelSource } from './model-catalogue.ts';

type HubSource = Extract<ModelSource, { kind: 'hub' }>;

const REDIRECTS = 5;
/** Tries in a row that bring not a byte. */
const BARREN_TRIES = 3;

/** The download breaks off in a way that trying again can mend. */
class Cut extends Error {}
/** The source will not have it, however often it is asked. */
class Refused extends Error {}

/** Where the hub has the file. `HF_ENDPOINT` is the customary name of another hub's address. */
function hubUrl(source: HubSource, env: Fetching['env']): URL {
  const base = (env['HF_ENDPOINT']?.trim() || 'https://huggingface.co').replace(/\/+$/, '');
  return new URL(`${base}/${source.repository}/resolve/${encodeURIComponent(source.revision)}/${source.file}`);
}

/** The file from the model hub over HTTPS. Goes on where it stopped, now or the next time, as long as the file there is the same. */
export async function fetchFromHub(source: HubSource, fetching: Fetching): Promise<Fetched> {
  let url: URL;
  try {
    url = hubUrl(source, fetching.env);
  } catch {
    return { ok: false, reason: 'HF_ENDPOINT is not an address' };
  }
  const part = `${fetching.target}.part`;
  const meter = fetching.meter(url.host);
  const agents = new Map<string, Agent>();
  try {
    for (let barren = 0; ;) {
      const before = await sizeOf(part);
      try {
        await download(url, part, fetching, agents, (done) => meter.report('fetching', done));
        return { ok: true, path: part };
      } catch (error) {
        if (error instanceof Refused) return { ok: false, reason: `${url.host}: ${error.message}` };
        if (!(error instanceof Cut)) throw error;
        const after = await sizeOf(part);
        barren = after > before ? 0 : barren + 1;
        if (barren >= BARREN_TRIES || (barren > 0 && after === 0))
          return { ok: false, reason: `${url.host}: ${error.message}${keptWords(after)}` };
      }
      await sleep(fetching.patience.retryMs, undefined, { signal: fetching.signal });
    }
  } finally {
    for (const agent of agents.values()) agent.destroy();
  }
}

function keptWords(bytes: number): string {
  return bytes > 0 ? ` (${megabytes(bytes)} are kept)` : '';
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  );
}

async function download(
  url: URL,
  part: string,
  fetching: Fetching,
  agents: Map<string, Agent>,
  onDone: (done: number) => void,
): Promise<void> {
  const { entry } = fetching;
  const tagFile = `${part}.etag`;
  let have = await sizeOf(part);
  if (have > entry.bytes) {
    await rm(part, { force: true });
    have = 0;
  }
  if (have === entry.bytes) return;
  const tag = have > 0 ? await readFile(tagFile, 'utf8').catch(() => '') : '';
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'glasshouse' };
  if (have > 0) {
    headers['range'] = `bytes=${have}-`;
    if (tag) headers['if-range'] = tag;
  }
  const response = await follow(url, headers, fetching, agents);
  try {
    const from = await startOf(response, have, entry.bytes, part);
    const newTag = response.headers.etag;
    if (newTag && !newTag.startsWith('W/')) await writeFile(tagFile, newTag);
    await receive(response, part, from, fetching, onDone);
  } finally {
    response.destroy();
  }
  await rm(tagFile, { force: true });
}

/** Where in the file the answer begins. A server without ranges sends it all again. */
async function startOf(response: IncomingMessage, have: number, bytes: number, part: string): Promise<number> {
  const status = response.statusCode ?? 0;
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '');
    if (!range || Number(range[1]) !== have) throw new Refused('it sent another range than was asked for');
    if (range[2] !== '*' && Number(range[2]) !== bytes) {
      await rm(part, { force: true });
      throw new Refused(`its file has ${Number(range[2]).toLocaleString('en')} bytes instead of ${bytes.toLocaleString('en')}`);
    }
    return have;
  }
  if (status === 416) {
    await rm(part, { force: true });
    throw new Cut('it has no more than was fetched; starting over');
  }
  if (status === 404) throw new Refused('it does not have the file (404)');
  if (status === 401 || status === 403) throw new Refused(`it does not give the file to everybody (${status})`);
  if (status >= 500 || status === 429 || status === 408) throw new Cut(`it failed (${status})`);
  if (status !== 200) throw new Refused(`it answered ${status}`);
  const length = response.headers['content-length'];
  if (length !== undefined && Number(length) !== bytes) {
    throw new Refused(`its file has ${Number(length).toLocaleString('en')} bytes instead of ${bytes.toLocaleString('en')}`);
  }
  return 0;
}

async function receive(
  response: IncomingMessage,
  part: string,
  from: number,
  fetching: Fetching,
  onDone: (done: number) => void,
): Promise<void> {
  const { entry, patience } = fetching;
  const file = await open(part, from > 0 ? 'a' : 'w', 0o644);
  const stall = setTimeout(
    () => response.destroy(new Cut(`it sent nothing for ${Math.round(patience.stallMs / 1000)} s`)),
    patience.stallMs,
  );
  let done = from;
  try {
    onDone(done);
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      stall.refresh();
      if (done + chunk.length > entry.bytes)
        throw new Refused(`it sends more than the ${entry.bytes.toLocaleString('en')} bytes of the file`);
      await writeAll(file, chunk);
      done += chunk.length;
      onDone(done);
    }
  } catch (error) {
    fetching.signal.throwIfAborted();
    if (error instanceof Cut || error instanceof Refused || isDiskError(error)) throw error;
    throw new Cut('the connection broke');
  } finally {
    clearTimeout(stall);
    await file.close();
  }
  if (done < entry.bytes) throw new Cut('the connection broke');
}

function isDiskError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || syscall === 'write';
}

async function follow(
  start: URL,
  headers: Record<string, string>,
  fetching: Fetching,
  agents: Map<string, Agent>,
): Promise<IncomingMessage> {
  let url = start;
  for (let hop = 0; hop <= REDIRECTS; hop += 1) {
    const response = await ask(url, headers, fetching, agents);
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

function agentFor(url: URL, env: Fetching['env'], agents: Map<string, Agent>): Agent {
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  const name = `${url.protocol}${isLocal}`;
  const known = agents.get(name);
  if (known) return known;
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  const proxyEnv = isLocal ? {} : Object.fromEntries(names.flatMap((one) => (env[one] ? [[one, env[one]]] : [])));
  const module = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
  const agent = new module.Agent({ proxyEnv });
  agents.set(name, agent);
  return agent;
}

function ask(url: URL, headers: Record<string, string>, fetching: Fetching, agents: Map<string, Agent>): Promise<IncomingMessage> {
  const { signal, patience } = fetching;
  const module = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = module.get(url, { headers, agent: agentFor(url, fetching.env, agents), signal });
    const wait = (ms: number, words: string) => setTimeout(() => sent.destroy(new Cut(words)), ms);
    const connecting = wait(patience.connectMs, `no connection within ${Math.round(patience.connectMs / 1000)} s`);
    const head = wait(patience.connectMs + patience.stallMs, 'it did not answer');
    sent.on('socket', (socket) => {
      if (sent.reusedSocket) clearTimeout(connecting);
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    sent.on('error', (error) => {
      clearTimeout(connecting);
      clearTimeout(head);
      if (signal.aborted) reject(signal.reason as Error);
      else reject(error instanceof Cut ? error : new Cut(connectionWords(error)));
    });
    sent.on('response', (response) => {
      clearTimeout(connecting);
      clearTimeout(head);
      response.on('error', () => undefined);
      resolve(response);
    });
  });
}

function connectionWords(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? (error as { errors?: NodeJS.ErrnoException[] }).errors?.[0]?.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name is not known here (is there a network?)';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'it closed the connection';
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') return 'there is no way to it';
  if (code.includes('CERT') || code.includes('SIGNED') || code.includes('VERIFY'))
    return 'its certificate is not trusted here (NODE_EXTRA_CA_CERTS names further authorities)';
  return `the connection failed${code ? ` (${code})` : ''}`;
}
