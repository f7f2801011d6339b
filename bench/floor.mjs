// The floor: the least that a program can do for one prompt with the same inputs and outputs, in plain Node. No permissions, no events,
// no ledger, no search. What Glasshouse costs above it is what Glasshouse itself costs. What must survive a power cut in Glasshouse
// (the prompt, the start of a command) is written as durably here.
//   floor.mjs run URL DATABASE BODY WORKSPACE   sends BODY, streams the answer, does the calls it asks for, until there are none
//   floor.mjs serve URL DATABASE BODY            waits for prompts over HTTP, and passes each on with BODY
//   floor.mjs sandboxes COUNT                   starts COUNT empty sandboxes one after the other; prints the median of milliseconds
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const TICK = 16;

async function run(url, database, bodyFile, workspace) {
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(database);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, kind TEXT, text TEXT)');
  const insert = db.prepare('INSERT INTO entry (kind, text) VALUES (?, ?)');
  insert.run('prompt', 'Hello');
  const durable = (isDurable) => db.exec(`PRAGMA synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`);
  durable(false);
  const { Agent, request } = process.getBuiltinModule('node:http');
  const agent = new Agent({ keepAlive: true });
  const body = JSON.parse(readFileSync(bodyFile, 'utf8'));
  while (true) {
    const answer = await ask(request, agent, url, JSON.stringify(body), insert);
    body.messages.push({
      role: 'assistant',
      content: answer.text || null,
      ...(answer.calls.length > 0 ? { tool_calls: answer.calls } : {}),
    });
    const isCommand = answer.calls.some((call) => call.function.name === 'run_command');
    if (isCommand) durable(true);
    insert.run('answer', JSON.stringify(body.messages.at(-1)));
    if (isCommand) durable(false);
    for (const call of answer.calls) {
      const content = await work(call.function.name, JSON.parse(call.function.arguments), workspace);
      body.messages.push({ role: 'tool', tool_call_id: call.id, content });
      insert.run('result', content);
    }
    if (answer.calls.length === 0) break;
  }
  agent.destroy();
  db.close();
}

function ask(request, agent, url, body, insert) {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/chat/completions`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const answer = { text: '', calls: [] };
      let rest = '';
      let draft = '';
      let timer;
      // Words are stored before they are shown, merged by time.
      const flush = () => {
        clearTimeout(timer);
        timer = undefined;
        if (draft === '') return;
        insert.run('draft', draft);
        process.stdout.write(draft);
        draft = '';
      };
      response.setEncoding('utf8');
      response.on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
          const delta = JSON.parse(line.slice(6)).choices?.[0]?.delta;
          if (delta?.content) {
            answer.text += delta.content;
            draft += delta.content;
            timer ??= setTimeout(flush, TICK);
          }
          for (const call of delta?.tool_calls ?? []) {
            if (call.id)
              answer.calls[call.index] = { id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } };
            answer.calls[call.index].function.arguments += call.function.arguments ?? '';
          }
        }
      });
      response.on('end', () => {
        flush();
        resolve(answer);
      });
      response.on('error', reject);
    });
    sent.end(body);
  });
}

async function work(name, input, workspace) {
  if (name === 'run_command') return (await start('bash', ['-c', input.command], workspace)).output;
  const text = await readFile(join(workspace, input.path), 'utf8');
  return text
    .split('\n')
    .slice(input.start_line - 1, input.end_line)
    .join('\n');
}

function start(program, args, cwd) {
  const { spawn } = process.getBuiltinModule('node:child_process');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** The walls that a command needs, around nothing: file system, processes, network, rights, and a session without the terminal. */
const SANDBOX = [
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  '--tmpfs',
  '/tmp',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-net',
  '--cap-drop',
  'ALL',
  '--new-session',
  '--die-with-parent',
];

async function sandboxes(count) {
  const times = [];
  for (let at = 0; at < count; at += 1) {
    const startedAt = performance.now();
    const { code, output } = await start('bwrap', [...SANDBOX, 'true'], '/');
    if (code !== 0) throw new Error(`bwrap does not work here: ${output}`);
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  process.stdout.write(`${times[Math.floor(times.length / 2)]}\n`);
}

/** Takes a prompt, keeps it, and asks the model: the least that a server must do. */
async function serve(url, database, bodyFile) {
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(database);
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, kind TEXT, text TEXT)',
  );
  const insert = db.prepare('INSERT INTO entry (kind, text) VALUES (?, ?)');
  const { Agent, createServer, request } = process.getBuiltinModule('node:http');
  const agent = new Agent({ keepAlive: true });
  const body = readFileSync(bodyFile, 'utf8');
  const server = createServer((asked, answer) => {
    let text = '';
    asked.setEncoding('utf8').on('data', (piece) => (text += piece));
    asked.on('end', () => {
      if (asked.method === 'POST') {
        insert.run('prompt', JSON.parse(text).json.text);
        void ask(request, agent, url, body, insert);
      }
      answer.end('{}');
    });
  });
  server.listen(0, '127.0.0.1', () =>
    process.stdout.write(`Glasshouse is ready: http://127.0.0.1:${server.address().port}/#token=floor\n`),
  );
}

const [mode, ...args] = process.argv.slice(2);
if (mode === 'run') await run(...args);
else if (mode === 'serve') await serve(...args);
else await sandboxes(Number(args[0]));
