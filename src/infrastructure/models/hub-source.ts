import type { IncomingMessage } from 'node:http';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { megabytes, writeAll, type Fetched, type Fetching } from './fetching.ts';
import { Cut, HubConnections, Refused } from './hub-connection.ts';
import type { ModelSource } from './model-catalogue.ts';

type HubSource = Extract<ModelSource, { kind: 'hub' }>;

/** Tries in a row that bring not a byte. */
const BARREN_TRIES = 3;

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
  const connections = new HubConnections(fetching);
  try {
    for (let barren = 0; ;) {
      const before = await sizeOf(part);
      try {
        await download(url, part, fetching, connections, (done) => meter.report('fetching', done));
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
    connections.close();
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
  connections: HubConnections,
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
  const response = await connections.get(url, headers);
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
