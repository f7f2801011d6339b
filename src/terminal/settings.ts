import type { Glasshouse } from '../contract/glasshouse.ts';
import { FailureError } from '../core/models/failure.ts';
import type { Command } from './command.ts';
import { duration } from './figures.ts';
import type { TerminalStreams } from './screen.ts';

/** `glasshouse settings …`. @returns the exit code */
export async function settingsCommand(
  app: Glasshouse,
  command: Extract<Command, { name: 'settings' }>,
  streams: TerminalStreams,
): Promise<number> {
  const print = (text: string) => streams.stdout.write(`${text}\n`);
  switch (command.action) {
    case 'get': {
      const all = await app.settings();
      const wanted = command.key === null ? all : all.filter((setting) => setting.key === command.key);
      if (wanted.length === 0) throw new FailureError('setting_unknown', `There is no setting ${JSON.stringify(command.key)}.`);
      for (const setting of wanted) {
        const value = setting.isSecret ? (setting.value === null ? '(none)' : '(set)') : (setting.value ?? '(none)');
        if (command.json) print(JSON.stringify({ ...setting, value: setting.isSecret ? setting.value !== null : setting.value }));
        else
          print(
            `${setting.key.padEnd(20)}  ${value}${setting.value === null ? '' : `  from ${setting.from}`}\n${' '.repeat(22)}${setting.about}`,
          );
      }
      return 0;
    }
    case 'set': {
      const value = command.value ?? (await askHidden(command.key, streams));
      const result = await app.setSetting(command.key, value);
      if (!result.ok) throw new FailureError(result.failure.code, result.failure.message);
      print(command.json ? JSON.stringify({ key: command.key, shown: result.value.shown }) : `${command.key}: ${result.value.shown}`);
      return 0;
    }
    case 'test': {
      const test = await app.testNetwork(command.address ?? undefined);
      const way = test.through === null ? 'without a proxy' : `through ${test.through}`;
      print(
        command.json
          ? JSON.stringify(test)
          : `${test.ok ? '✓' : '×'} ${test.address} ${way}: ${test.words} (${duration(test.milliseconds)})`,
      );
      return test.ok ? 0 : 1;
    }
    case 'unset': {
      const result = await app.removeSetting(command.key);
      if (!result.ok) throw new FailureError(result.failure.code, result.failure.message);
      if (command.json) print(JSON.stringify({ key: command.key, removed: result.value }));
      else print(result.value ? `${command.key}: removed` : `${command.key}: was not set`);
      return 0;
    }
  }
}

/** Asks for a value without showing it; reads one line where there is no terminal. */
async function askHidden(key: string, { stdin, stderr }: TerminalStreams): Promise<string> {
  if (stdin.isTTY !== true) {
    let text = '';
    for await (const chunk of stdin) text += String(chunk);
    return text.trim();
  }
  stderr.write(`${key} (not shown): `);
  stdin.setRawMode(true);
  try {
    return await new Promise<string>((resolve, reject) => {
      let value = '';
      stdin.on('data', (chunk: Buffer) => {
        for (const char of chunk.toString('utf8')) {
          if (char === '\r' || char === '\n') return resolve(value.trim());
          if (char === '\u0003') return reject(new FailureError('run_cancelled', 'Nothing was changed.'));
          value = char === '\u007f' ? value.slice(0, -1) : value + char;
        }
      });
      stdin.resume();
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}
