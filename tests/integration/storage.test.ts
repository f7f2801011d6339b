import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentEvent } from '../../src/core/agent/agent-event.ts';
import { bodyOf, type Span } from '../../src/core/models/request.ts';
import type { Run } from '../../src/core/models/run.ts';
import type { ToolCall } from '../../src/core/models/tool-call.ts';
import { NO_USAGE } from '../../src/core/models/usage.ts';
import { quickHash } from '../../src/infrastructure/persistence/ledger-writer.ts';
import { openStorage } from '../../src/infrastructure/persistence/open-storage.ts';
import { MIGRATIONS } from '../../src/infrastructure/persistence/schema.ts';
import { personMessage } from '../support/agent-scene.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'glasshouse-storage-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open(path: string, instanceId = 'test') {
  let time = 1_000;
  const storage = openStorage(path, { instanceId, now: () => (time += 1) });
  onTestFinished(() => storage.close());
  return storage;
}

const run: Run = {
  id: 'run',
  conversationId: 'c',
  inputId: 'input',
  parentRunId: null,
  rootRunId: 'run',
  kind: 'root',
  state: { name: 'queued' },
  model: 'm',
  budget: { maxSteps: 5 },
  owner: 'test',
  createdAt: 1,
};

function begin(text: string): AgentEvent[] {
  return [
    {
      type: 'conversation_created',
      conversation: { id: 'c', kind: 'chat', workspace: '/work', title: '', headMessageId: null, mode: 'ask', createdAt: 1, updatedAt: 1 },
    },
    {
      type: 'input_accepted',
      input: { id: 'input', conversationId: 'c', runId: 'run', delivery: 'start', actor: 'terminal', createdAt: 1 },
      message: { ...personMessage('m1', text), runId: 'run' },
      run,
    },
  ];
}

function step(id: string, spans: readonly Span[]): AgentEvent {
  return {
    type: 'step_started',
    step: { id, ord: 1, attempt: 1, purpose: 'plan', messageId: 'm2', requestId: `request-${id}`, model: 'm', startedAt: 1 },
    request: { method: 'POST', url: 'http://x', headers: { 'content-type': 'application/json' }, spans },
  };
}

const span = (text: string, source = 'core'): Span => ({ text, section: 'history', source, trust: 'trusted' });

const call: ToolCall = {
  id: 'call',
  providerCallId: 'p',
  conversationId: 'c',
  runId: 'run',
  stepId: 's1',
  messageId: 'm2',
  ord: 0,
  tool: 'look',
  input: { where: 'attic' },
  effect: 'none',
  touches: {},
  state: 'proposed',
  trust: 'trusted',
};

describe('the journal', () => {
  it('appends and projects in one transaction, with gapless versions', async () => {
    const { journal, reader } = open(folder());
    expect((await journal.commit('run', 0, begin('Hello there'), 'terminal')).version).toBe(2);
    expect((await journal.commit('run', 2, [{ type: 'state_changed', state: { name: 'receiving' } }], 'agent')).version).toBe(3);
    expect(await reader.list({ limit: 9 })).toMatchObject([{ title: 'Hello there', messages: 1, lastRunState: 'receiving' }]);
  });

  it('says when what a person said is safe from a power cut; what need not be is so at once', async () => {
    const { journal } = open(folder());
    const { settled } = await journal.commit('run', 0, begin('Hello there'), 'terminal');
    expect(settled).toBeInstanceOf(Promise);
    await settled;
    const mark = await journal.commit('run', 2, [{ type: 'state_changed', state: { name: 'receiving' } }], 'agent');
    expect(mark.settled).toBeNull();
  });

  it('refuses a commit on another version, and then nothing of it is there', async () => {
    const { journal, reader } = open(folder());
    await journal.commit('run', 0, begin('Hello'), 'terminal');
    await expect(journal.commit('run', 1, [{ type: 'state_changed', state: { name: 'failed' } }], 'agent')).rejects.toMatchObject({
      failure: { code: 'version_conflict' },
    });
    expect((await reader.runs('c'))[0]?.state.name).toBe('queued');
  });

  it('lets one run begin at a time, and none on what is no longer the last word', async () => {
    const path = folder();
    const [one, other] = [open(path), open(path, 'other')];
    await one.journal.commit('run', 0, begin('Hello'), 'terminal');
    const again = (id: string, parentId: string | null): AgentEvent => ({
      type: 'input_accepted',
      input: { id: `input-${id}`, conversationId: 'c', runId: id, delivery: 'start', actor: 'terminal', createdAt: 2 },
      message: { ...personMessage(`m-${id}`, 'And me?'), parentId, runId: id },
      run: { ...run, id, rootRunId: id, inputId: `input-${id}` },
    });
    const busy = { failure: { code: 'conversation_busy' } };
    await expect(other.journal.commit('r2', 0, [again('r2', 'm1')], 'terminal')).rejects.toMatchObject(busy);
    await one.journal.commit(
      'run',
      2,
      [{ type: 'run_completed', state: { name: 'completed' }, usage: NO_USAGE, cost: 0, steps: 1 }],
      'agent',
    );
    await expect(other.journal.commit('r2', 0, [again('r2', null)], 'terminal')).rejects.toMatchObject(busy);
    await other.journal.commit('r2', 0, [again('r2', 'm1')], 'terminal');
    expect((await one.reader.snapshot('c'))?.messages.map((message) => message.id)).toEqual(['m1', 'm-r2']);
  });

  it('rolls everything back when one event of a commit fails', async () => {
    const { journal, reader } = open(folder());
    await journal.commit('run', 0, begin('Hello'), 'terminal');
    const message = { ...personMessage('m2', 'x'), role: 'agent' as const };
    const twice: AgentEvent[] = [
      { type: 'message_started', message },
      { type: 'message_started', message },
    ];
    await expect(journal.commit('run', 2, twice, 'agent')).rejects.toThrow(/UNIQUE/);
    expect((await reader.snapshot('c'))?.messages).toHaveLength(1);
    expect((await journal.commit('run', 2, [{ type: 'message_started', message }], 'agent')).version).toBe(3);
  });

  it('R1: keeps streamed words as chunks until their part is completed', async () => {
    const path = folder();
    const { journal } = open(path);
    await journal.commit(
      'run',
      0,
      [...begin('Hello'), { type: 'message_started', message: { ...personMessage('m2', ''), role: 'agent', parentId: 'm1', parts: [] } }],
      'terminal',
    );
    await journal.commit(
      'run',
      3,
      [
        {
          type: 'part_started',
          messageId: 'm2',
          part: { type: 'text', id: 'p', ord: 0, stepId: 's', trust: 'trusted', state: 'open', text: '' },
        },
      ],
      'agent',
    );
    const grown = await journal.commit(
      'run',
      4,
      [
        { type: 'part_delta', partId: 'p', offset: 0, text: 'Good ' },
        { type: 'part_delta', partId: 'p', offset: 5, text: 'morn' },
      ],
      'agent',
    );
    expect(grown).toEqual({ version: 4, seqs: [null, null], settled: null });
    const other = open(path, 'other');
    expect((await other.reader.snapshot('c'))?.messages[1]?.parts[0]).toMatchObject({ text: 'Good morn', state: 'open' });
    await journal.commit('run', 4, [{ type: 'part_completed', partId: 'p', text: 'Good morning', state: 'complete' }], 'agent');
    expect((await other.reader.snapshot('c'))?.messages[1]?.parts[0]).toMatchObject({ text: 'Good morning', state: 'complete' });
  });

  it('keeps the newest entries of its feed, and all of its tables', async () => {
    const storage = open(folder());
    await storage.journal.commit('run', 0, begin('Hello'), 'terminal');
    let version = 2;
    for (let commit = 0; commit < 6; commit += 1) {
      const events = Array.from({ length: 1_000 }, (): AgentEvent => ({ type: 'mode_changed', mode: 'ask' }));
      ({ version } = await storage.journal.commit('run', version, events, 'agent'));
    }
    expect(await storage.trimFeed(100)).toBe(5_902);
    expect(await storage.trimFeed(100)).toBe(0);
    expect(await storage.events.position()).toBe(6_002);
    const reading = await storage.events.read({ after: 0, limit: 9_999, known: new Map(), exceptOwner: null });
    expect(reading.entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 100 }, (_, index) => 5_903 + index));
    expect((await storage.reader.snapshot('c'))?.messages).toHaveLength(1);
    await storage.journal.commit('run', version, [{ type: 'mode_changed', mode: 'plan' }], 'agent');
    expect(await storage.events.position()).toBe(6_003);
  });

  it('holds ids in its events, not words', async () => {
    const path = folder();
    const { journal } = open(path);
    await journal.commit('run', 0, begin('a secret sentence'), 'terminal');
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(join(path, 'glasshouse.db'), { readOnly: true });
    const bodies = db
      .prepare('SELECT body FROM event')
      .all()
      .map((row) => String(row['body']))
      .join();
    db.close();
    expect(bodies).toContain('m1');
    expect(bodies).not.toContain('secret');
  });
});

describe('the ledger', () => {
  it('C1: gives back every request byte for byte, and stores what they share once', async () => {
    const path = folder();
    const { journal, reader } = open(path);
    await journal.commit('run', 0, begin('Hello'), 'terminal');
    const requests: Span[][] = [];
    const spans: Span[] = [span('{"tools": "' + 'schema '.repeat(600) + '"}', 'core')];
    let version = 2;
    for (let index = 0; index < 100; index += 1) {
      spans.push(span(`step ${index}: ünï 漢字 👩‍🚀 "quoted" ${'x'.repeat(40)}`, `call:${index}`));
      requests.push([...spans, span('}', 'end')]);
      ({ version } = await journal.commit('run', version, [step(`s${index}`, requests[index] ?? [])], 'agent'));
    }
    const read = await reader.requests('c');
    expect(read.map((request) => request.spans.map((each) => each.text).join(''))).toEqual(
      requests.map((each) => bodyOf({ method: 'POST', url: '', headers: {}, spans: each })),
    );
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(join(path, 'glasshouse.db'), { readOnly: true });
    const stored = db.prepare('SELECT sum(length(data)) AS bytes, (SELECT count(*) FROM request_span) AS spans FROM blob').get() as {
      bytes: number;
      spans: number;
    };
    db.close();
    const whole = requests.flat().reduce((sum, each) => sum + Buffer.byteLength(each.text), 0);
    expect(whole).toBeGreaterThan(500_000);
    expect(stored.bytes).toBeLessThan(20_000);
    expect(stored.spans).toBeLessThan(310);
  });

  it('C1: never takes other words for the same, though their quick hash be the same', async () => {
    const path = folder();
    const { journal, reader } = open(path);
    await journal.commit('run', 0, begin('Hello'), 'terminal');
    const words = 'what was really sent';
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(join(path, 'glasshouse.db'));
    db.prepare('INSERT INTO blob (conversation_id, hash, data) VALUES (?, ?, ?)').run(
      'c',
      `${quickHash(words)}.0`,
      Buffer.from('other words'),
    );
    db.close();
    await journal.commit('run', 2, [step('s1', [span(words), span('!'), span(words)])], 'agent');
    const [request] = await reader.requests('c');
    expect(request?.spans.map((each) => each.text)).toEqual([words, '!', words]);
  });
});

describe('purge', () => {
  it('leaves no byte of a conversation in the data folder, and others whole', async () => {
    const path = folder();
    const { journal, reader, search, purge } = open(path);
    const marker = 'Xylophonmarker';
    const other = [...begin('Another talk about gardens')].map((event): AgentEvent =>
      event.type === 'conversation_created'
        ? { ...event, conversation: { ...event.conversation, id: 'other' } }
        : event.type === 'input_accepted'
          ? {
              ...event,
              input: { ...event.input, id: 'input-2', conversationId: 'other' },
              message: { ...personMessage('m9', 'gardens'), conversationId: 'other' },
              run: { ...run, id: 'run-2', conversationId: 'other' },
            }
          : event,
    );
    await journal.commit('run-2', 0, other, 'terminal');
    const bulk = `${marker} `.repeat(2_000);
    const ended: ToolCall = { ...call, input: { where: marker }, state: 'succeeded', output: `found ${marker}`, outputBlob: 'whole' };
    const { version } = await journal.commit(
      'run',
      0,
      [
        ...begin(`Please remember ${bulk}`),
        { type: 'message_started', message: { ...personMessage('m2', ''), role: 'agent', parentId: 'm1', parts: [] } },
        step('s1', [span(`sent ${bulk}`)]),
        {
          type: 'part_started',
          messageId: 'm2',
          part: { type: 'text', id: 'p', ord: 0, stepId: 's1', trust: 'trusted', state: 'open', text: '' },
        },
        { type: 'tool_call_proposed', call: { ...call, input: { where: marker } }, partId: 'pc' },
        { type: 'tool_call_ended', call: ended, wholeOutput: `all of ${bulk}` },
        {
          type: 'file_recorded',
          change: { id: 'f', callId: 'call', conversationId: 'c', path: `/work/${marker}`, before: Buffer.from(bulk), modeBefore: 0o644 },
        },
        { type: 'plan_updated', plan: { items: [{ text: marker, state: 'active' }] } },
        { type: 'notice_raised', code: 'x', text: marker },
      ],
      'terminal',
    );
    await journal.commit('run', version, [{ type: 'part_delta', partId: 'p', offset: 0, text: `drafting ${bulk}` }], 'agent');
    await journal.commit(
      'run',
      version,
      [{ type: 'run_completed', state: { name: 'completed' }, usage: NO_USAGE, cost: 0, steps: 1 }],
      'agent',
    );
    const traces = () =>
      readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .filter((entry) => new RegExp(marker, 'i').test(readFileSync(join(entry.parentPath, entry.name), 'latin1')))
        .map((entry) => entry.name);
    expect(await search.search(marker, { limit: 9 })).not.toHaveLength(0);
    expect(traces()).not.toEqual([]);

    expect(await purge.purge('c')).toBe(true);
    expect(traces()).toEqual([]);
    expect(await search.search(marker, { limit: 9 })).toEqual([]);
    expect(await reader.conversation('c')).toBeNull();
    expect(await search.search('gardens', { limit: 9 })).toHaveLength(1);
    expect(await purge.purge('c')).toBe(false);
  });
});

describe('search', () => {
  it('finds messages, tool inputs and tool results, by words, phrases and beginnings', async () => {
    const { journal, search } = open(folder());
    await journal.commit(
      'run',
      0,
      [
        ...begin('Where did I leave the café menu?'),
        { type: 'message_started', message: { ...personMessage('m2', ''), role: 'agent', parentId: 'm1', parts: [] } },
        { type: 'tool_call_proposed', call, partId: 'pc' },
        { type: 'tool_call_ended', call: { ...call, state: 'failed', output: 'nothing but spiders' } },
      ],
      'terminal',
    );
    const kinds = async (query: string) => (await search.search(query, { limit: 9 })).map((hit) => hit.kind);
    expect(await kinds('cafe menu')).toEqual(['message']);
    expect(await kinds('"café menu"')).toEqual(['message']);
    expect(await kinds('"menu café"')).toEqual([]);
    expect(await kinds('attic')).toEqual(['tool_input']);
    expect(await kinds('spid*')).toEqual(['tool_result']);
    expect(await kinds('NEAR( OR "')).toEqual([]);
    expect((await search.search('spiders', { limit: 9 }))[0]).toMatchObject({
      conversationId: 'c',
      messageId: 'm2',
      excerpt: 'nothing but \u0002spiders\u0003',
    });
  });
});

describe('instances', () => {
  it('R4: suspends the runs of an owner that is gone, and only those', async () => {
    const path = folder();
    const first = openStorage(path, { instanceId: 'first', now: () => 1 });
    await first.journal.commit(
      'run',
      0,
      begin('Hello').map((event) => (event.type === 'input_accepted' ? { ...event, run: { ...run, owner: 'first' } } : event)),
      'terminal',
    );
    await first.journal.commit('run', 2, [{ type: 'state_changed', state: { name: 'receiving' } }], 'agent');
    const second = open(path, 'second');
    expect(await second.instances.isAlive('first')).toBe(true);
    expect(await second.instances.reconcile()).toBe(0);
    first.close();
    expect(await second.instances.isAlive('first')).toBe(false);
    expect(await second.instances.reconcile()).toBe(1);
    expect((await second.reader.runs('c'))[0]?.state).toEqual({ name: 'suspended', returnTo: 'receiving' });
    expect(await second.instances.adopt('run')).toBe(true);
  });

  it('gives a suspended run to one of two who want it', async () => {
    const path = folder();
    const dead = openStorage(path, { instanceId: 'dead', now: () => 1 });
    await dead.journal.commit(
      'run',
      0,
      begin('Hello').map((event) => (event.type === 'input_accepted' ? { ...event, run: { ...run, owner: 'dead' } } : event)),
      'terminal',
    );
    dead.close();
    const [a, b] = [open(path, 'a'), open(path, 'b')];
    await a.instances.reconcile();
    const version = (await a.reader.runs('c'))[0]?.version ?? 0;
    expect([await a.instances.adopt('run'), await b.instances.adopt('run')]).toContain(true);
    await a.journal.commit('run', version, [{ type: 'state_changed', state: { name: 'planning' } }], 'agent');
    await expect(b.journal.commit('run', version, [{ type: 'state_changed', state: { name: 'planning' } }], 'agent')).rejects.toMatchObject(
      { failure: { code: 'version_conflict' } },
    );
  });
});

describe('a database from before conversations branched', () => {
  it('keeps its conversations in the list, and the plan on the path that was shown', async () => {
    const path = folder();
    const old = new DatabaseSync(join(path, 'glasshouse.db'));
    for (const migration of MIGRATIONS.slice(0, 3)) old.exec(migration);
    old.exec(`PRAGMA user_version = 3;
      INSERT INTO conversation VALUES ('c', 'chat', NULL, '/work', 'Old', 'm2', 'ask', '{"items":[{"text":"look","state":"done"}]}', 1, 2, 0);
      INSERT INTO message VALUES ('m1', 'c', NULL, 'run', 'person', 1), ('m2', 'c', 'm1', 'run', 'agent', 2), ('m3', 'c', 'm1', 'run', 'agent', 3);`);
    old.close();
    const { reader, editor } = open(path);
    expect(await reader.list({ limit: 9, place: 'list' })).toMatchObject([{ id: 'c', archived: false, pinned: false }]);
    expect((await reader.list({ limit: 9, place: 'list' }))[0]).not.toHaveProperty('trashedAt');
    expect((await reader.snapshot('c'))?.plan?.items).toHaveLength(1);
    await editor.leadThrough('c', 'm3');
    expect((await reader.snapshot('c'))?.plan).toBeNull();
    await editor.leadThrough('c', 'm2');
    expect((await reader.snapshot('c'))?.plan?.items).toHaveLength(1);
  });
});
