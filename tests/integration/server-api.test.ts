import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ScriptedReply } from '../support/scripted-model-server.ts';
import { callOf, KEY } from '../support/cli.ts';
import { startFileServer } from '../support/file-server.ts';
import { ServerScene } from '../support/server.ts';

const EMBEDDED = 'embedded/qwen2.5-coder-0.5b';
const WORDS = Array.from({ length: 400 }, (_, index) => `word${index}`).join(' ');

/** A server with one conversation in it that has ended. */
async function answered(replies: readonly ScriptedReply[], text = 'What is it?') {
  const scene = await ServerScene.start(replies);
  const { conversationId, runId } = await scene.send(text);
  return { scene, conversationId, runId, view: await scene.untilEnded(conversationId) };
}

interface WireFailure {
  readonly code: string;
  readonly message: string;
  readonly data?: { readonly advice: string };
}

/** What a procedure answers to an input that no type would let through. */
async function call(
  scene: ServerScene,
  procedure: string,
  input: unknown,
): Promise<{ status: number; code: string; message: string; advice: string }> {
  const response = await scene.fetch(`/rpc/${procedure.replaceAll('.', '/')}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ json: input }),
  });
  const body = (await response.json()) as { json?: WireFailure } & WireFailure;
  const json = body.json ?? body;
  return { status: response.status, code: json.code, message: json.message, advice: json.data?.advice ?? '' };
}

describe('conversations', () => {
  it('are listed, read whole, renamed, pinned and deleted', async () => {
    const { scene, conversationId, runId, view } = await answered([callOf('read_file', { path: 'a.txt' }), { text: 'Nothing there.' }]);
    expect(view).toMatchObject({
      conversation: { id: conversationId, title: 'What is it?', pinned: false, workspace: scene.cli.workspace },
      runs: [{ id: runId, state: { name: 'completed' }, steps: 2, model: 'openai-compatible/scripted', usage: { exact: true } }],
      calls: [{ tool: 'read_file', state: 'failed', failure: { code: 'path_not_found' } }],
      waiting: [],
      plan: null,
    });
    const line = await scene.client.conversations.update({ id: conversationId, title: '  The riddle ', pinned: true, mode: 'plan' });
    expect(line).toMatchObject({
      title: 'The riddle',
      pinned: true,
      mode: 'plan',
      messages: 2,
      lastRunState: 'completed',
      openInteractions: 0,
    });
    const other = await scene.client.conversations.list({ workspace: '/nowhere' });
    expect(other.conversations).toEqual([]);
    expect((await scene.client.conversations.list({ limit: 5 })).conversations).toEqual([line]);
    await scene.client.memory.set({ key: `draft:${conversationId}`, value: 'never sent' });
    expect(await scene.client.conversations.delete({ id: conversationId })).toEqual({ deleted: true });
    expect(await scene.client.memory.all({})).toEqual({ values: {} });
    for (const name of readdirSync(scene.cli.home)) {
      const path = join(scene.cli.home, name);
      if (statSync(path).isFile()) expect(readFileSync(path).includes('never sent'), name).toBe(false);
    }
    expect(await scene.client.conversations.delete({ id: conversationId })).toEqual({ deleted: false });
    expect((await scene.client.conversations.list({})).conversations).toEqual([]);
  });

  it('are read from their end, a stretch at a time, and the stretches are the whole', async () => {
    const { scene, conversationId } = await answered([
      callOf('read_file', { path: 'a.txt' }),
      { text: 'One.' },
      { text: 'Two.' },
      { text: 'Three.' },
    ]);
    for (const text of ['And then?', 'And now?']) {
      await scene.send(text, { conversationId });
      await scene.untilEnded(conversationId);
    }
    const whole = await scene.client.conversations.get({ id: conversationId });
    expect(whole.messages.length).toBeGreaterThan(5);
    expect(whole.before).toBeNull();
    const end = await scene.client.conversations.get({ id: conversationId, last: 2 });
    expect(end).toMatchObject({ seq: whole.seq, messages: whole.messages.slice(-2), runs: whole.runs.slice(-1), calls: [] });
    let through = end.before;
    let read: { readonly id: string }[] = [...end.messages];
    const calls: unknown[] = [];
    while (through !== null) {
      const stretch = await scene.client.conversations.earlier({ id: conversationId, through, limit: 2 });
      expect(stretch.messages.at(-1)?.id).toBe(through);
      read = [...stretch.messages, ...read];
      calls.push(...stretch.calls);
      through = stretch.before;
    }
    expect(read).toEqual(whole.messages);
    expect(calls).toEqual(whole.calls);
    const none = await call(scene, 'conversations.earlier', { id: conversationId, through: 'no-such' });
    expect(none).toMatchObject({ status: 404, code: 'message_not_found' });
  });

  it('branch: a message in other words, a new answer, and the way back, over RPC and REST', async () => {
    const { scene, conversationId, view } = await answered([{ text: 'Blue.' }, { text: 'Green.' }, { text: 'Red.' }]);
    const [first, blue] = view.messages.map((message) => message.id);
    const commandId = randomUUID();
    const sent = await scene.client.messages.edit({ commandId, conversationId, messageId: first!, text: 'And in spring?' });
    expect(await scene.client.messages.edit({ commandId, conversationId, messageId: first!, text: 'And in spring?' })).toEqual(sent);
    const edited = await scene.untilEnded(conversationId);
    expect(edited.messages.map((message) => message.parts[0])).toMatchObject([{ text: 'And in spring?' }, { text: 'Green.' }]);
    expect(edited.branches).toEqual([{ parentId: null, messageIds: [first, edited.messages[0]!.id] }]);
    const again = await scene.fetch(`/api/conversations/${conversationId}/messages/${blue}/again`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ commandId: randomUUID() }),
    });
    expect(again.status).toBe(202);
    const red = await scene.until(conversationId, (now) => now.runs.at(-1)?.state.name === 'completed' && now.messages.length === 2);
    expect(red.messages.map((message) => message.parts[0])).toMatchObject([{ text: 'What is it?' }, { text: 'Red.' }]);
    const led = await scene.fetch(`/api/conversations/${conversationId}/messages/${blue}/lead`, { method: 'POST' });
    expect(await led.json()).toEqual({ headMessageId: blue });
    expect((await scene.client.conversations.get({ id: conversationId })).messages.at(-1)?.id).toBe(blue);
    const tap = await scene.listen();
    await scene.client.messages.leadThrough({ conversationId, messageId: red.messages[1]!.id });
    await tap.until((frames) => frames.some(({ event }) => event.type === 'conversation_changed'));
  });

  it('go to the archive and to the trash and come back; in the trash they take no words, and are not found', async () => {
    const { scene, conversationId } = await answered([{ text: 'A heron.' }, { text: 'Again a heron.' }]);
    const { conversations } = scene.client;
    const ids = async (place?: 'list' | 'archive' | 'trash') =>
      (await conversations.list(place === undefined ? {} : { place })).conversations.map((line) => line.id);
    expect(await conversations.update({ id: conversationId, archived: true })).toMatchObject({ archived: true });
    expect([await ids('list'), await ids('archive'), await ids('trash')]).toEqual([[], [conversationId], []]);
    // Who speaks in it takes it out.
    await scene.send('And then?', { conversationId });
    await scene.untilEnded(conversationId);
    expect([await ids('list'), await ids('archive')]).toEqual([[conversationId], []]);
    expect((await scene.client.search({ query: 'heron' })).hits).toHaveLength(2);
    const line = await conversations.trash({ id: conversationId });
    expect(Date.now() - (line.trashedAt ?? 0)).toBeLessThan(60_000);
    expect([await ids('list'), await ids('archive'), await ids('trash')]).toEqual([[], [], [conversationId]]);
    // Who takes everything away takes this too.
    expect(await ids()).toEqual([conversationId]);
    expect((await scene.client.search({ query: 'heron' })).hits).toEqual([]);
    const refused = await call(scene, 'messages.send', { commandId: randomUUID(), conversationId, text: 'Hello?' });
    expect(refused).toMatchObject({ status: 409, code: 'conversation_in_trash' });
    expect((await scene.client.conversations.get({ id: conversationId })).conversation.trashedAt).toBe(line.trashedAt);
    expect(await conversations.restore({ id: conversationId })).not.toHaveProperty('trashedAt');
    expect([await ids('list'), await ids('trash')]).toEqual([[conversationId], []]);
    expect((await scene.client.search({ query: 'heron' })).hits).toHaveLength(2);
    for (const procedure of ['conversations.trash', 'conversations.restore']) {
      expect(await call(scene, procedure, { id: 'no-such' })).toMatchObject({ status: 404, code: 'conversation_not_found' });
    }
  });

  it('are exported as Markdown, as JSON and as a web page, with whole outputs', async () => {
    const { scene, conversationId } = await answered([callOf('read_file', { path: 'long.txt' }), { text: 'It is **long**.' }]);
    scene.cli.write('long.txt', '');
    const get = async (format: 'markdown' | 'json' | 'html') => {
      const { url } = await scene.client.conversations.export({ id: conversationId, format });
      return (await fetch(scene.url + url)).text();
    };
    const markdown = await get('markdown');
    expect(markdown).toMatch(/^# What is it\?\n/);
    for (const words of ['## You', '## Glasshouse', 'It is **long**.', 'read_file']) expect(markdown).toContain(words);
    const json = JSON.parse(await get('json')) as { messages: unknown[]; calls: unknown[]; runs: unknown[] };
    expect(json.messages).toHaveLength(2);
    expect(json.runs).toHaveLength(1);
    expect(JSON.stringify(json)).not.toContain(KEY);
    const html = await get('html');
    expect(html).toContain('<title>What is it?</title>');
    expect(html).toContain('<p>It is <b>long</b>.</p>');
    expect(html).toContain('<details><summary>read_file (failed)</summary>');
  });

  it('bring long outputs cut, and the whole when it is asked for', async () => {
    const scene = await ServerScene.start([callOf('read_file', { path: 'long.txt' }), { text: 'Long.' }]);
    const long = Array.from({ length: 2_000 }, (_, index) => `line ${index}`).join('\n');
    scene.cli.write('long.txt', long);
    const { conversationId } = await scene.send('Read it.');
    const view = await scene.untilEnded(conversationId);
    const callId = view.calls[0]?.id ?? '';
    expect(view.cutCalls).toEqual([callId]);
    expect(view.calls[0]?.output?.length).toBeLessThanOrEqual(4_000);
    const output = await scene.client.calls.output({ conversationId, callId });
    expect(output.trust).toBe('trusted');
    expect(output.text).toContain('line 1500');
  });

  it('are found by their words, down to the message', async () => {
    const { scene, conversationId, view } = await answered([{ text: 'The venue is Villa Rosa.' }]);
    const { hits } = await scene.client.search({ query: 'villa ros*' });
    expect(hits).toMatchObject([{ conversationId, messageId: view.messages[1]?.id, kind: 'message' }]);
    expect((await scene.client.search({ query: 'submarine' })).hits).toEqual([]);
    expect((await scene.client.search({ query: '' })).hits).toEqual([]);
  });
});

describe('messages', () => {
  it('R1: are taken once, however often a command comes', async () => {
    const { scene, conversationId } = await answered([{ text: 'One.' }]);
    const commandId = randomUUID();
    scene.model.script([{ text: 'Two.' }]);
    const [first, second] = await Promise.all([0, 1].map(() => scene.send('Again?', { conversationId, commandId })));
    expect(second).toEqual(first);
    await scene.untilEnded(conversationId);
    expect((await scene.client.conversations.get({ id: conversationId })).messages).toHaveLength(4);
  });

  it('R6: wait visibly while a run works, can be changed and taken back, and enter', async () => {
    const scene = await ServerScene.start([callOf('run_command', { command: './slow.sh' }), { text: 'Both done.' }, { text: 'And that.' }]);
    scene.cli.write('slow.sh', 'sleep 1\n');
    const { conversationId } = await scene.send('Work.');
    const asked = await scene.until(conversationId, (view) => view.interactions.length > 0);
    const [steer, follow, gone] = [randomUUID(), randomUUID(), randomUUID()];
    await scene.send('Make it red.', { conversationId, commandId: steer });
    await scene.send('Then sweep.', { conversationId, commandId: follow, whenBusy: 'follow_up' });
    await scene.send('Never mind.', { conversationId, commandId: gone, whenBusy: 'follow_up' });
    await expect(scene.send('Now.', { conversationId, whenBusy: 'refuse' })).rejects.toMatchObject({ code: 'conversation_busy' });
    expect(await scene.client.messages.editWaiting({ inputId: steer, text: 'Make it green.' })).toEqual({ changed: true });
    expect(await scene.client.messages.withdrawWaiting({ inputId: gone })).toEqual({ withdrawn: true });
    const { waiting } = await scene.client.conversations.get({ id: conversationId });
    expect(waiting.map(({ input, text }) => [input.id, input.delivery, text])).toEqual([
      [steer, 'steer', 'Make it green.'],
      [follow, 'follow_up', 'Then sweep.'],
    ]);
    await scene.client.interactions.answer({ interactionId: asked.interactions[0]?.id ?? '', answer: { kind: 'deny' } });
    const view = await scene.until(conversationId, (each) => each.runs.length === 2 && each.runs[1]?.state.name === 'completed');
    expect(view.waiting).toEqual([]);
    const entered = new Set(view.messages.map((message) => message.id));
    for (const { messageId = '' } of waiting) expect(entered).toContain(messageId);
    const said = view.messages
      .filter((message) => message.role === 'person')
      .map((message) => message.parts.map((part) => ('text' in part ? part.text : '')).join());
    expect(said).toEqual(['Work.', 'Make it green.', 'Then sweep.']);
    // They are in already.
    expect(await scene.client.messages.editWaiting({ inputId: steer, text: 'Too late.' })).toEqual({ changed: false });
    expect(await scene.client.messages.withdrawWaiting({ inputId: follow })).toEqual({ withdrawn: false });
  });

  it('R6: are said in the order in which they were put, each kind by itself, whichever window did it', async () => {
    const scene = await ServerScene.start([callOf('run_command', { command: 'ls' }), { text: 'Done.' }, { text: 'A.', repeat: 4 }]);
    const { conversationId } = await scene.send('Work.');
    const asked = await scene.until(conversationId, (view) => view.interactions.length > 0);
    const ids = Array.from({ length: 4 }, () => randomUUID());
    const [one = '', two = '', three = '', steer = ''] = ids;
    for (const [at, commandId] of ids.entries())
      await scene.send(`Number ${at + 1}.`, { conversationId, commandId, whenBusy: commandId === steer ? 'steer' : 'follow_up' });
    const { messages } = scene.client;
    const order = async () => {
      const { waiting } = await scene.client.conversations.get({ id: conversationId });
      return waiting.filter(({ input }) => input.delivery === 'follow_up').map(({ text }) => text);
    };
    expect(await messages.moveWaiting({ inputId: three, before: one })).toEqual({ moved: true });
    expect(await order()).toEqual(['Number 3.', 'Number 1.', 'Number 2.']);
    // Two windows at once: each change is made to what is there then.
    await Promise.all([messages.moveWaiting({ inputId: three, before: null }), messages.moveWaiting({ inputId: two, before: one })]);
    expect(await order()).toEqual(['Number 2.', 'Number 1.', 'Number 3.']);
    expect(await messages.moveWaiting({ inputId: one, before: steer })).toEqual({ moved: false });
    expect(await messages.moveWaiting({ inputId: one, before: randomUUID() })).toEqual({ moved: false });
    await scene.client.interactions.answer({ interactionId: asked.interactions[0]?.id ?? '', answer: { kind: 'deny' } });
    const view = await scene.until(conversationId, (each) => each.runs.length === 4 && each.runs[3]?.state.name === 'completed');
    const said = view.messages
      .filter(({ role }) => role === 'person')
      .map(({ parts }) => parts.map((part) => ('text' in part ? part.text : '')).join());
    expect(said).toEqual(['Work.', 'Number 4.', 'Number 2.', 'Number 1.', 'Number 3.']);
    expect(await messages.moveWaiting({ inputId: one, before: null })).toEqual({ moved: false });
  });

  it('open a new conversation where the person worked last, else in the example', async () => {
    const scene = await ServerScene.start([{ text: 'One.', repeat: 3 }]);
    const first = await scene.client.messages.send({ commandId: randomUUID(), text: 'Hello?' });
    const view = await scene.untilEnded(first.conversationId);
    const example = await scene.client.workspaces.example({});
    expect(view.conversation.workspace).toBe(example.path);
    const second = await scene.send('Here?');
    await scene.untilEnded(second.conversationId);
    const third = await scene.client.messages.send({ commandId: randomUUID(), text: 'And now?' });
    expect((await scene.untilEnded(third.conversationId)).conversation.workspace).toBe(scene.cli.workspace);
  });

  it('R7: stop within two seconds, and keep what was said', async () => {
    const scene = await ServerScene.start([{ text: WORDS, chunkSize: 8, delayMs: 10 }]);
    const { conversationId, runId } = await scene.send('Talk.');
    await scene.until(conversationId, (view) => view.messages.some((message) => message.role === 'agent' && message.parts.length > 0));
    const startedAt = performance.now();
    expect(await scene.client.runs.stop({ runId })).toEqual({ stopped: true });
    const view = await scene.untilEnded(conversationId);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(view.runs[0]?.state.name).toBe('cancelled');
    expect(view.messages[1]?.parts[0]).toMatchObject({ type: 'text', state: 'interrupted' });
    expect(await scene.client.runs.stop({ runId })).toEqual({ stopped: false });
    await expect(scene.client.runs.resume({ conversationId })).rejects.toMatchObject({ code: 'run_not_found' });
  });
});

describe('interactions', () => {
  it('R5: are answered once, and a rule that is remembered is used and counted', async () => {
    const scene = await ServerScene.start([
      callOf('run_command', { command: 'echo one' }),
      callOf('run_command', { command: 'echo one' }),
      { text: 'Done.' },
    ]);
    const { conversationId } = await scene.send('Work.');
    const asked = await scene.until(conversationId, (view) => view.interactions.length > 0);
    const [interaction] = asked.interactions;
    expect(interaction?.prompt).toMatchObject({ kind: 'approval', tool: 'run_command', preview: { kind: 'command', command: 'echo one' } });
    expect((await scene.client.conversations.list({})).conversations[0]?.openInteractions).toBe(1);
    const pattern = interaction?.prompt.kind === 'approval' ? (interaction.prompt.pattern ?? null) : null;
    const answer = { kind: 'allow', remember: { scope: 'workspace', pattern } } as const;
    const both = await Promise.allSettled([
      scene.client.interactions.answer({ interactionId: interaction?.id ?? '', answer }),
      scene.client.interactions.answer({ interactionId: interaction?.id ?? '', answer: { kind: 'deny' } }),
    ]);
    expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'interaction_settled' });
    await scene.untilEnded(conversationId);
    const { rules } = await scene.client.rules.list({});
    expect(rules).toMatchObject([{ tool: 'run_command', scope: 'workspace', scopeId: scene.cli.workspace, used: 1 }]);
    const { tools } = await scene.client.tools.list({});
    expect(tools.find((tool) => tool.name === 'run_command')).toMatchObject({ effect: 'unsafe', calls: 2 });
  });
});

describe('the ledger', () => {
  it('C1: shows each request as it was sent, span by span, with the provider’s own count', async () => {
    const { scene, conversationId, runId } = await answered([callOf('list_directory', { path: '.' }), { text: 'Grüße, 漢字.' }]);
    const { requests } = await scene.client.requests.list({ conversationId });
    expect(requests).toHaveLength(2);
    for (const [index, line] of requests.entries()) {
      const request = await scene.client.requests.get({ conversationId, requestId: line.id });
      expect(request).toMatchObject(line);
      const body = request.spans.map((span) => span.text).join('');
      expect(body).toBe(scene.model.requests[index]?.body.toString('utf8'));
      expect(request).toMatchObject({ runId, window: 100_000, bytes: Buffer.byteLength(body), usage: { input: 100, exact: true } });
      expect(request.spans.reduce((sum, span) => sum + span.tokens, 0)).toBe(100);
      expect(Object.values(request.tokensBySection).reduce((sum, tokens) => sum + tokens, 0)).toBe(100);
      expect(request.curl).toContain('$OPENAI_API_KEY');
      expect(JSON.stringify(request)).not.toContain(KEY);
    }
    await expect(scene.client.requests.get({ conversationId, requestId: 'nothing' })).rejects.toMatchObject({ code: 'request_not_found' });
  });

  it('C1: gives a curl command that sends the very same bytes', async () => {
    const { scene, conversationId } = await answered([{ text: 'Yes.' }], `It’s "quoted" \\ and $HOME \`id\` 'single' 漢字`);
    const [line] = (await scene.client.requests.list({ conversationId })).requests;
    const { curl } = await scene.client.requests.get({ conversationId, requestId: line?.id ?? '' });
    scene.model.script([{ text: 'Again.' }]);
    writeFileSync(join(scene.cli.root, 'again.sh'), curl ?? '');
    const { execFile } = await import('node:child_process');
    await new Promise<void>((resolve, reject) => {
      execFile('sh', [join(scene.cli.root, 'again.sh')], { env: { ...process.env, OPENAI_API_KEY: 'sk-other' } }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    expect(scene.model.requests[1]?.body.equals(scene.model.requests[0]?.body ?? Buffer.of())).toBe(true);
    expect(scene.model.requests[1]?.headers['authorization']).toBe('Bearer sk-other');
  });
});

describe('settings', () => {
  it('S5: keep a key where it is never shown again', async () => {
    const scene = await ServerScene.start();
    const secret = 'sk-planted-anthropic-key-000000';
    await scene.client.settings.set({ key: 'ANTHROPIC_API_KEY', value: secret });
    const { settings } = await scene.client.settings.list({});
    expect(settings.find((setting) => setting.key === 'ANTHROPIC_API_KEY')).toMatchObject({ value: 'set', isSecret: true, from: 'file' });
    expect(JSON.stringify(settings)).not.toContain(secret);
    expect((await scene.client.system.found({})).keys).toContainEqual({
      name: 'ANTHROPIC_API_KEY',
      from: 'file',
      providers: ['anthropic'],
    });
    expect(await scene.client.settings.remove({ key: 'ANTHROPIC_API_KEY' })).toEqual({ removed: true });
    await expect(scene.client.settings.set({ key: 'ANTHROPIC_API_KEY', value: 'sk-„quoted“' })).rejects.toMatchObject({
      code: 'setting_invalid',
      message: expect.stringContaining('characters that no key has') as string,
    });
    await scene.client.settings.set({ key: 'model', value: 'openai-compatible/other' });
    await expect(scene.client.settings.set({ key: 'model', value: 'nothing' })).rejects.toMatchObject({ code: 'setting_invalid' });
  });

  it('U2: remember what windows tell them, apart from the settings', async () => {
    const scene = await ServerScene.start();
    await scene.client.memory.set({ key: 'draft:c', value: 'Half a sent' });
    await scene.client.memory.set({ key: 'theme', value: 'dark' });
    await scene.client.memory.set({ key: 'draft:gone', value: 'x' });
    await scene.client.memory.set({ key: 'draft:gone', value: '' });
    scene.program.child.kill('SIGKILL');
    await scene.program.done;
    await scene.restart();
    expect(await scene.client.memory.all({})).toEqual({ values: { 'draft:c': 'Half a sent', theme: 'dark' } });
    expect(JSON.stringify(await scene.client.settings.list({}))).not.toContain('Half a sent');
  });

  it('save and revoke rules', async () => {
    const scene = await ServerScene.start();
    const tap = await scene.listen();
    const rule = await scene.client.rules.add({
      scope: 'everywhere',
      scopeId: null,
      tool: 'run_command',
      pattern: 'git status',
      decision: 'allow',
    });
    expect((await scene.client.rules.list({})).rules).toEqual([{ ...rule, used: 0 }]);
    await tap.until((frames) => frames.some(({ event }) => event.type === 'rules_changed'));
    expect(await scene.client.rules.remove({ id: rule.id })).toEqual({ removed: true });
    expect(await scene.client.rules.remove({ id: rule.id })).toEqual({ removed: false });
  });
});

describe('this machine', () => {
  it('U3: lists models with where the words go, and the one that is chosen', async () => {
    const scene = await ServerScene.start();
    const { models } = await scene.client.models.list({});
    expect(models.find((model) => model.isDefault)).toMatchObject({ id: 'openai-compatible/scripted', destination: { kind: 'machine' } });
    expect(models.find((model) => model.id === EMBEDDED)).toMatchObject({ destination: { kind: 'machine' }, file: { bytes: 491_400_064 } });
    expect(models.find((model) => model.id.startsWith('anthropic/'))).toMatchObject({
      destination: { kind: 'host', host: 'api.anthropic.com' },
      ready: false,
    });
  });

  it('fetches a model while every window watches, and a message that was sent meanwhile waits for it', async () => {
    const files = await startFileServer(Buffer.alloc(1_000_000), [{ pace: { bytes: 1_000, everyMs: 20 } }]);
    onTestFinished(() => files.close());
    const scene = await ServerScene.start();
    scene.program.child.kill('SIGTERM');
    await scene.program.done;
    Object.assign(scene.cli.env, { HF_ENDPOINT: files.url, GLASSHOUSE_MODELS: join(scene.cli.root, 'models') });
    await scene.restart();
    const taps = [await scene.listen(), await scene.listen()];
    expect(await scene.client.models.pull({ id: EMBEDDED })).toEqual({ started: true });
    expect(await scene.client.models.pull({ id: EMBEDDED })).toEqual({ started: false });
    for (const tap of taps)
      await tap.until((frames) => frames.some(({ event }) => event.type === 'model_fetch' && event.modelId === EMBEDDED));
    const { models } = await scene.client.models.list({});
    expect(models.find((model) => model.id === EMBEDDED)?.file).toMatchObject({ state: 'fetching' });
    const { conversationId, runId } = await scene.send('Hello?', { model: EMBEDDED });
    await taps[0]?.until(() => taps[0]?.events.some((event) => event.type === 'model_progressed' && event.what === 'fetching') ?? false);
    expect((await scene.client.conversations.get({ id: conversationId })).runs[0]?.state.name).toBe('receiving');
    await scene.client.runs.stop({ runId });
    await scene.untilEnded(conversationId);
    expect(await scene.client.models.stopPull({ id: EMBEDDED })).toEqual({ stopped: true });
    for (const tap of taps) {
      await tap.until((frames) =>
        frames.some(({ event }) => event.type === 'model_fetch_ended' && event.failure?.code === 'run_cancelled'),
      );
    }
    expect(await scene.client.models.stopPull({ id: EMBEDDED })).toEqual({ stopped: false });
  });

  it('shows folders, and makes the example once', async () => {
    const scene = await ServerScene.start();
    const { workspace, root } = scene.cli;
    for (const name of ['b', 'a', '.hidden']) mkdirSync(join(workspace, name));
    writeFileSync(join(workspace, 'file.txt'), '');
    symlinkSync(join(workspace, 'a'), join(workspace, 'link'));
    expect(await scene.client.workspaces.folders({ path: workspace })).toEqual({
      path: workspace,
      parent: realpathSync(root),
      folders: ['a', 'b', 'link'],
    });
    expect((await scene.client.workspaces.folders({})).path).toBe(join(root, 'home'));
    const example = await scene.client.workspaces.example({});
    expect(example).toMatchObject({ isExample: true, conversations: 0 });
    expect(existsSync(join(example.path, 'wedding.md'))).toBe(true);
    writeFileSync(join(example.path, 'wedding.md'), 'changed');
    expect(await scene.client.workspaces.example({})).toEqual(example);
    expect(readFileSync(join(example.path, 'wedding.md'), 'utf8')).toBe('changed');
  });

  it('says what is there, how much it is, and what it is made of', async () => {
    const { scene } = await answered([{ text: 'Yes.' }]);
    const found = await scene.client.system.found({});
    const [openai] = found.keys.filter(({ name }) => name === 'OPENAI_API_KEY');
    expect(openai).toMatchObject({ from: 'environment' });
    expect(openai?.providers).toContain('openai');
    expect(found.servers).toContainEqual({ name: 'openai-compatible', address: scene.model.url, models: 1 });
    expect(JSON.stringify(found)).not.toContain(KEY);
    const data = await scene.client.system.data({});
    expect(data).toMatchObject({ folder: scene.cli.home, conversations: 1, messages: 2 });
    expect(data.bytes).toBeGreaterThan(4_096);
    const about = await scene.client.system.about({});
    expect(about).toMatchObject({ version: '0.1.0', node: process.version, licence: 'MIT' });
    expect(about.licences).toContainEqual(expect.objectContaining({ name: 'zod', licence: 'MIT' }));
    const { findings } = await scene.client.system.doctor({});
    expect(findings.map((finding) => finding.subject)).toContain('Data folder');
    const { workspaces } = await scene.client.workspaces.list({});
    expect(workspaces).toEqual([{ path: scene.cli.workspace, name: 'workspace', conversations: 1, isExample: false }]);
  });
});

describe('the table of failures', () => {
  const uuid = '0195d2a4-0000-7000-8000-000000000001';
  const WRONG: readonly [string, unknown, string, number][] = [
    ['conversations.list', { limit: 0 }, 'usage', 400],
    ['conversations.get', {}, 'usage', 400],
    ['conversations.get', { id: 'nothing' }, 'conversation_not_found', 404],
    ['conversations.update', { id: 'nothing', title: 'x' }, 'conversation_not_found', 404],
    ['conversations.update', { id: 'nothing', title: '  ' }, 'usage', 400],
    ['conversations.update', { id: 'nothing', mode: 'yolo' }, 'usage', 400],
    ['conversations.delete', { id: '' }, 'usage', 400],
    ['conversations.export', { id: 'nothing', format: 'markdown' }, 'conversation_not_found', 404],
    ['conversations.export', { id: 'nothing', format: 'pdf' }, 'usage', 400],
    ['messages.send', { commandId: 'not-a-uuid', text: 'x' }, 'usage', 400],
    ['messages.send', { commandId: uuid, text: ' ' }, 'usage', 400],
    ['messages.send', { commandId: uuid, text: 'x', conversationId: 'nothing' }, 'conversation_not_found', 404],
    ['messages.send', { commandId: uuid, text: 'x', workspace: '/does/not/exist' }, 'workspace_missing', 404],
    ['messages.send', { commandId: uuid, text: 'x', workspace: 'relative' }, 'workspace_missing', 404],
    ['messages.send', { commandId: uuid, text: 'x', workspace: '/tmp', uploads: ['nothing'] }, 'upload_missing', 409],
    ['messages.send', { commandId: uuid, text: 'x', whenBusy: 'shout' }, 'usage', 400],
    ['messages.editWaiting', { inputId: 'x', text: '' }, 'usage', 400],
    ['messages.withdrawWaiting', {}, 'usage', 400],
    ['uploads.ticket', { name: 'a.txt', bytes: 999_999_999 }, 'usage', 400],
    ['runs.list', { conversationId: 'nothing' }, 'conversation_not_found', 404],
    ['runs.stop', {}, 'usage', 400],
    ['runs.resume', { conversationId: 'nothing' }, 'conversation_not_found', 404],
    ['calls.output', { conversationId: 'nothing', callId: 'nothing' }, 'call_not_found', 404],
    ['interactions.answer', { interactionId: 'nothing', answer: { kind: 'allow' } }, 'interaction_not_found', 404],
    ['interactions.answer', { interactionId: 'nothing', answer: { kind: 'maybe' } }, 'usage', 400],
    ['requests.list', { conversationId: 'nothing' }, 'conversation_not_found', 404],
    ['requests.get', { conversationId: 'nothing', requestId: 'nothing' }, 'request_not_found', 404],
    ['rules.add', { scope: 'everywhere', scopeId: null, tool: 'no_such_tool', pattern: null, decision: 'allow' }, 'usage', 400],
    ['rules.add', { scope: 'workspace', scopeId: null, tool: 'run_command', pattern: null, decision: 'allow' }, 'usage', 400],
    ['rules.remove', { id: 7 }, 'usage', 400],
    ['models.pull', { id: 'embedded/nothing' }, 'model_unknown', 404],
    ['models.stopPull', {}, 'usage', 400],
    ['settings.set', { key: 'nothing', value: 'x' }, 'setting_unknown', 404],
    ['settings.set', { key: 'memory:x', value: 'x' }, 'setting_unknown', 404],
    ['settings.remove', { key: 'nothing' }, 'setting_unknown', 404],
    ['memory.set', { key: '', value: 'x' }, 'usage', 400],
    ['memory.set', { key: 'big', value: 'x'.repeat(100_001) }, 'usage', 400],
    ['search', { query: 'x', limit: 1e9 }, 'usage', 400],
    ['workspaces.folders', { path: '/does/not/exist' }, 'workspace_missing', 404],
    ['no.such', {}, 'route_not_found', 404],
  ];

  it('answers every wrong input with a code of its own, words, and what to do', async () => {
    const scene = await ServerScene.start();
    for (const [procedure, input, code, status] of WRONG) {
      const answer = await call(scene, procedure, input);
      const what = `${procedure} ${JSON.stringify(input).slice(0, 100)}`;
      expect(answer, what).toMatchObject({ code, status });
      expect(answer.message, what).not.toMatch(/\n\s+at |node_modules/);
      expect(answer.message, what).not.toBe('');
      expect(answer.advice, what).not.toBe('');
    }
    // None of it did anything, and none of it was a fault of ours.
    expect((await scene.client.conversations.list({})).conversations).toEqual([]);
    expect(existsSync(join(scene.cli.home, 'glasshouse.log'))).toBe(false);
  });

  it('is described, with every operation and every code', async () => {
    const scene = await ServerScene.start();
    const text = await (await scene.fetch('/api/openapi.json')).text();
    const document = JSON.parse(text) as {
      openapi: string;
      paths: Record<
        string,
        Record<string, { operationId?: string; summary?: string; tags?: string[]; responses?: Record<string, unknown> }>
      >;
      components: { schemas: { Failure: { properties: { code: { enum: string[] } } } } };
    };
    expect(document.openapi).toBe('3.1.1');
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods).filter((each) => each.operationId));
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
    for (const operation of operations) {
      expect(operation.summary, operation.operationId).toBeTruthy();
      expect(operation.tags, operation.operationId).toHaveLength(1);
      expect(Object.keys(operation.responses ?? {}), operation.operationId).toContainEqual(expect.stringMatching(/^20\d$/));
    }
    expect(document.components.schemas.Failure.properties.code.enum).toContain('conversation_not_found');
    // No schema that nothing fits, and nothing that must not be sent.
    expect(text).not.toContain('"not":{}');
    expect(text).not.toContain('readOnly');
  });

  it('is the same over REST', async () => {
    const scene = await ServerScene.start();
    const missing = await scene.fetch('/api/conversations/nothing');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({
      code: 'conversation_not_found',
      status: 404,
      data: { advice: expect.any(String) as string },
    });
    const wrong = await scene.fetch('/api/conversations?limit=none');
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ code: 'usage' });
    const sent = await scene.fetch('/api/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ commandId: randomUUID(), text: 'Hello?', workspace: scene.cli.workspace }),
    });
    expect(sent.status).toBe(202);
    const list = await scene.fetch('/api/conversations?limit=1');
    expect(((await list.json()) as { conversations: unknown[] }).conversations).toHaveLength(1);
  });
});
