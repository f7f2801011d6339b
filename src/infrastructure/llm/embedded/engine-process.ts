import { Engine, EngineError } from './engine.ts';
import type { CompleteCommand, EngineCommand, EngineReport, LoadCommand } from './engine-protocol.ts';

// The child process of the embedded model: native code runs only here, so that its crash ends one answer and nothing else.

let engine: Promise<Engine> | null = null;
let current = 0;
const cancelled = new Set<number>();

function report(message: EngineReport): void {
  if (process.connected) process.send?.(message);
}

async function load(command: LoadCommand): Promise<void> {
  const startedAt = performance.now();
  engine = Engine.load(command, report);
  try {
    await engine;
    report({ type: 'loaded', loadMs: performance.now() - startedAt, residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    report({ type: 'load_failed', ...inWords(error) });
  }
}

async function complete(command: CompleteCommand): Promise<void> {
  current = command.id;
  try {
    if (!engine) throw new EngineError('internal', 'The model was not loaded.');
    const loaded = await engine;
    const { reason, usage } = await loaded.complete(command, () => cancelled.has(command.id));
    report({ type: 'finished', id: command.id, reason, usage, residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    report({ type: 'failed', id: command.id, ...inWords(error) });
  } finally {
    cancelled.delete(command.id);
    current = 0;
  }
}

function inWords(error: unknown): { code: EngineError['code']; message: string } {
  if (error instanceof EngineError) return { code: error.code, message: error.message };
  return { code: 'internal', message: `The embedded model failed: ${error instanceof Error ? error.message : String(error)}` };
}

process.on('message', (command: EngineCommand) => {
  switch (command.type) {
    case 'load':
      void load(command);
      break;
    case 'complete':
      void complete(command);
      break;
    case 'cancel':
      if (command.id === current) cancelled.add(command.id);
      break;
    case 'shutdown':
      process.exit(0);
  }
});

// The parent is gone, whatever ended it: nobody waits for an answer any more.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole process group; what it means is the parent's to say.
process.on('SIGINT', () => undefined);
