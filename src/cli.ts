import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { compose, resolveWorkspace, SAVED_KEYS, unknownTool } from './compose.ts';
import { exitCodeFor, adviceFor, failure, FailureError, type Failure } from './core/models/failure.ts';
import { PROVIDER_EXAMPLES } from './infrastructure/llm/providers-in-words.ts';
import { parseCommand } from './terminal/arguments.ts';
import type { Command } from './terminal/command.ts';
import { runCommand } from './terminal/run.ts';
import type { TerminalStreams } from './terminal/screen.ts';

/** The terminal's composition root. Only what `run` needs is loaded at once; the other commands load their own. */

const streams: TerminalStreams = {
  // Opened when somebody reads from it: Node loads all its streams for it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
};

async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  if (command.name === 'help') {
    const { helpFor } = await import('./terminal/help.ts');
    process.stdout.write(helpFor(command.topic, { examples: PROVIDER_EXAMPLES, keys: Object.keys(SAVED_KEYS) }));
    return 0;
  }
  if (command.name === 'version') {
    process.stdout.write(`glasshouse ${await version()}\n`);
    return 0;
  }
  if (command.name === 'completion') {
    const { completionFor } = await import('./terminal/completion.ts');
    process.stdout.write(completionFor(command.shell));
    return 0;
  }
  if (command.name === 'backup' || command.name === 'restore') return backupOrRestore(command);
  return withApp(command);
}

/** Without the application: it would open the database, which may be damaged, or is to be replaced. */
async function backupOrRestore(command: Extract<Command, { name: 'backup' | 'restore' }>): Promise<number> {
  const [{ backupCommand, restoreCommand }, { backUp, inspectBackup, restoreBackup }, { dataFolder }] = await Promise.all([
    import('./terminal/backup.ts'),
    import('./infrastructure/persistence/backup.ts'),
    import('./infrastructure/system/folders.ts'),
  ]);
  const folder = resolve(dataFolder(process.env, homedir(), process.platform));
  const store = { backUp, inspectBackup, restoreBackup };
  return command.name === 'backup' ? backupCommand(store, folder, command, streams) : restoreCommand(store, folder, command, streams);
}

async function withApp(command: Exclude<Command, { name: 'help' | 'version' | 'completion' | 'backup' | 'restore' }>): Promise<number> {
  const isWork = command.name === 'run' || command.name === 'chat';
  const workspace = isWork ? resolveWorkspace(command.workspace) : '';
  const wantsKeys = command.name === 'chat' || (command.name === 'run' && !command.json);
  const keyboard = wantsKeys && process.stderr.isTTY ? (await import('./terminal/ask.ts')).openKeyboard(streams) : null;
  const configuredRules = isWork
    ? [
        ...command.allow.map((each) => ({ ...each, decision: 'allow' as const })),
        ...command.deny.map((each) => ({ ...each, decision: 'deny' as const })),
      ]
    : [];
  const composed = await compose({
    env: process.env,
    configuredRules,
    canAnswer: () => keyboard !== null,
    isIncognito: isWork && command.incognito,
  });
  const { app } = composed;
  reportBug = composed.reportBug;
  try {
    for (const rule of configuredRules)
      if (rule.tool !== '*' && !composed.toolNames.includes(rule.tool)) throw unknownTool(rule.tool, composed.toolNames);
    switch (command.name) {
      case 'run':
        return await runCommand(app, command, { streams, keyboard, workspace, newId: composed.newId, now: composed.now, onInterrupt });
      case 'chat': {
        const { chatCommand } = await import('./terminal/chat.ts');
        return await chatCommand(app, command, { streams, keyboard, workspace, newId: composed.newId, now: composed.now, onInterrupt });
      }
      case 'conversations':
        return await (await import('./terminal/conversations.ts')).conversationsCommand(app, command, streams);
      case 'agents':
        return await (await import('./terminal/agents.ts')).agentsCommand(app, command, composed.toolNames, streams);
      case 'folders':
        return await (await import('./terminal/folders.ts')).foldersCommand(app, command, streams);
      case 'rules':
        return await (await import('./terminal/rules.ts')).rulesCommand(app, command, streams, resolveWorkspace);
      case 'instructions': {
        const { instructionsCommand } = await import('./terminal/instructions.ts');
        return await instructionsCommand(app, command, resolveWorkspace(command.workspace), streams);
      }
      case 'settings':
        return await (await import('./terminal/settings.ts')).settingsCommand(app, command, streams);
      case 'models':
        return await (await import('./terminal/models.ts')).modelsCommand(app, command, streams, onInterrupt);
      case 'storage':
        return await (await import('./terminal/storage.ts')).storageCommand(app, command, streams);
      case 'diagnostics':
        return await (await import('./terminal/diagnostics.ts')).diagnosticsCommand(app, command, streams);
      case 'doctor':
        return await (await import('./terminal/doctor.ts')).doctorCommand(app, command, streams);
    }
  } finally {
    await composed.close();
  }
}

let reportBug: (error: unknown) => void = () => {};

/** Ctrl-C, a closed terminal and a polite end all mean: stop, and keep what was said. */
function onInterrupt(listener: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}

/** The last edge: an expected failure in words, a bug in the log. Never a stack trace to a person. */
function fail(error: unknown): number {
  let reason: Failure;
  if (error instanceof FailureError) reason = error.failure;
  else {
    reportBug(error);
    reason = failure(
      'internal',
      `Glasshouse hit a fault of its own${error instanceof Error ? `: ${error.message.split('\n', 1)[0]}` : ''}.`,
    );
  }
  process.stderr.write(`× ${reason.message} (${reason.code})\n  ${adviceFor(reason.code)}\n`);
  return exitCodeFor(reason.code);
}

// Whoever reads what is said may have read enough (`| head`).
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.exit(fail(error));
});
process.exitCode = await main().catch(fail);
// Whatever still holds the event loop (a kept-alive connection, a pipe of stdin) must not hold the person's prompt.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit();
