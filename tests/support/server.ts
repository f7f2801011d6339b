import { randomUUID } from 'node:crypto';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { afterEach } from 'vitest';
import type { SendInput } from '../../src/contract/client.ts';
import type { StreamEvent } from '../../src/contract/events.ts';
import type { ProceduresClient } from '../../src/contract/procedures.ts';
import type { ConversationView } from '../../src/contract/views.ts';
import type { AnnouncedEvent } from '../../src/core/agent/agent-event.ts';
import { CliScene, KEY, type RunningCli } from './cli.ts';
import { startScriptedModelServer, type ScriptedModelServer, type ScriptedReply } from './scripted-model-server.ts';

/** An event of the stream with its id. */
export interface Frame {
  readonly id: number | null;
  readonly event: StreamEvent;
}

/**
 * A server in a data folder of its own, with a scripted model as its default; terminals can run beside it (`scene.cli`).
 * Everything that it started ends with the test.
 */
export class ServerScene {
  readonly cli: CliScene;
  readonly model: ScriptedModelServer;
  #running: { readonly program: RunningCli; readonly port: number; readonly token: string } | null = null;

  private constructor(model: ScriptedModelServer, env: Readonly<Record<string, string>>) {
    this.model = model;
    this.cli = new CliScene({
      OPENAI_BASE_URL: `${model.url}/v1`,
      // The other wire of the same key: nobody is asked beyond this machine.
      OPENAI_RESPONSES_BASE_URL: 'http://127.0.0.1:9/v1',
      OPENAI_API_KEY: KEY,
      GLASSHOUSE_MODEL: 'openai-compatible/scripted',
      ...env,
    });
  }

  /** A scene whose model answers from a script; the server is running. */
  static async start(
    replies: readonly ScriptedReply[] = [],
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ServerScene> {
    const model = await startScriptedModelServer([...replies]);
    opened.add(() => model.close());
    const scene = new ServerScene(model, env);
    await scene.restart(args);
    return scene;
  }

  /** Starts the server (again), on the port that it had. */
  async restart(args: readonly string[] = []): Promise<void> {
    const port = this.#running?.port;
    const program = this.cli.serve([...(port === undefined || args.includes('--port') ? [] : ['--port', String(port)]), ...args]);
    await program.until(/#token=\S+\n/);
    const [, taken = '', token = ''] = /127\.0\.0\.1:(\d+)\/#token=(\S+)/.exec(program.stdout()) ?? [];
    this.#running = { program, port: Number(taken), token };
  }

  get program(): RunningCli {
    return this.#now.program;
  }

  get port(): number {
    return this.#now.port;
  }

  get token(): string {
    return this.#now.token;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get client(): ProceduresClient {
    return createORPCClient(new RPCLink({ url: `${this.url}/rpc`, headers: { authorization: `Bearer ${this.token}` } }));
  }

  /** Any request, with the token. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, {
      ...init,
      headers: { authorization: `Bearer ${this.token}`, ...(init.headers as Record<string, string>) },
    });
  }

  /** Says something in the scene's workspace. */
  send(text: string, change: Partial<SendInput> = {}): Promise<{ conversationId: string; runId: string }> {
    const where = change.conversationId === undefined ? { workspace: this.cli.workspace } : {};
    return this.client.messages.send({ commandId: randomUUID(), text, ...where, ...change });
  }

  /** Opens a stream of events; `after` is the last id that was seen. */
  async listen(after?: number): Promise<EventTap> {
    const tap = new EventTap();
    opened.add(async () => tap.close());
    await tap.open(this.url, this.token, after);
    return tap;
  }

  /** The conversation as soon as it is as it should be. */
  async until(conversationId: string, isSo: (view: ConversationView) => boolean): Promise<ConversationView> {
    for (let tries = 0; ; tries += 1) {
      const view = await this.client.conversations.get({ id: conversationId });
      if (isSo(view)) return view;
      if (tries > 500) throw new Error(`the conversation did not come to it: ${JSON.stringify(view.runs)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The conversation when its last run has ended. */
  untilEnded(conversationId: string): Promise<ConversationView> {
    const ends = ['completed', 'failed', 'cancelled', 'exhausted'];
    return this.until(conversationId, (view) => ends.includes(view.runs.at(-1)?.state.name ?? ''));
  }

  get #now() {
    if (!this.#running) throw new Error('the server was not started');
    return this.#running;
  }
}

const opened = new Set<() => Promise<void>>();

afterEach(async () => {
  for (const close of opened) await close();
  opened.clear();
});

/** What came over one stream of events. */
export class EventTap {
  readonly frames: Frame[] = [];
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  isOver = false;

  async open(url: string, token: string, after?: number, conversation?: string): Promise<void> {
    const response = await fetch(`${url}/events${conversation === undefined ? '' : `?conversation=${conversation}`}`, {
      headers: { authorization: `Bearer ${token}`, ...(after === undefined ? {} : { 'last-event-id': String(after) }) },
      signal: this.#stop.signal,
    });
    if (!response.ok || !response.body) throw new Error(`/events answered ${response.status}`);
    void this.#read(response.body);
    await this.until((frames) => frames.length > 0);
  }

  /** The last id that was seen. */
  get lastId(): number {
    return this.frames.findLast((frame) => frame.id !== null)?.id ?? 0;
  }

  /** Events of runs, in order. */
  get events(): AnnouncedEvent[] {
    return this.frames.flatMap(({ event }) => (event.type === 'run_event' ? [event.event] : []));
  }

  /** Resolves when the frames are as they should be; rejects when the stream ends before. */
  until(isSo: (frames: readonly Frame[]) => boolean, withinMs = 20_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(new Error(`waited in vain; the last: ${JSON.stringify(this.frames.slice(-3))}`)), withinMs);
      const end = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        if (error) reject(error);
        else resolve();
      };
      const check = () => {
        if (isSo(this.frames)) end();
        else if (this.isOver) end(new Error(`the stream ended; the last: ${JSON.stringify(this.frames.slice(-3))}`));
      };
      this.#waiting.add(check);
      check();
    });
  }

  untilEvent(type: AnnouncedEvent['type'], count = 1): Promise<void> {
    return this.until(() => this.events.filter((event) => event.type === type).length >= count);
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // Closed by the test, or cut by the end of the server.
    }
    this.isOver = true;
    for (const check of this.#waiting) check();
  }

  #take(block: string): void {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined) return;
    const id = /^id: (\d+)$/m.exec(block)?.[1];
    this.frames.push({ id: id === undefined ? null : Number(id), event: JSON.parse(data) as StreamEvent });
    for (const check of this.#waiting) check();
  }
}
