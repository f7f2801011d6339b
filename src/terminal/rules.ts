import type { Glasshouse } from '../contract/glasshouse.ts';
import { FailureError } from '../core/models/failure.ts';
import type { Rule } from '../core/models/rule.ts';
import type { Command } from './command.ts';
import type { TerminalStreams } from './screen.ts';

/** `glasshouse rules …`. @returns the exit code */
export async function rulesCommand(
  app: Glasshouse,
  command: Extract<Command, { name: 'rules' }>,
  streams: TerminalStreams,
  resolveWorkspace: (given: string) => string,
): Promise<number> {
  const print = (text: string) => streams.stdout.write(`${text}\n`);
  switch (command.action) {
    case 'list': {
      const rules = await app.rules();
      if (command.json) for (const rule of rules) print(JSON.stringify(rule));
      else if (rules.length === 0) print('There is no saved rule: reading is free, everything else asks.');
      else for (const rule of rules) print(ruleLine(rule));
      return 0;
    }
    case 'add': {
      const workspace = command.workspace === null ? null : resolveWorkspace(command.workspace);
      const { tool, pattern } = command.rule;
      const rule = await app.addRule({
        scope: workspace === null ? 'everywhere' : 'workspace',
        scopeId: workspace,
        tool,
        pattern,
        decision: command.decision,
      });
      print(command.json ? JSON.stringify(rule) : ruleLine(rule));
      return 0;
    }
    case 'remove': {
      const matching = (await app.rules()).filter((rule) => rule.id.startsWith(command.id));
      const [rule] = matching;
      if (!rule || matching.length !== 1)
        throw new FailureError(
          'usage',
          `${matching.length === 0 ? 'No rule begins' : 'Several rules begin'} with ${command.id}. See: glasshouse rules list`,
        );
      await app.removeRule(rule.id);
      print(command.json ? JSON.stringify({ removed: rule }) : `removed  ${ruleLine(rule)}`);
      return 0;
    }
  }
}

function ruleLine(rule: Rule): string {
  const where = {
    everywhere: 'everywhere',
    workspace: `in ${rule.scopeId}`,
    conversation: `in conversation ${rule.scopeId?.slice(0, 13)}`,
  }[rule.scope];
  // The end of such an id is its chance: its beginning is only the time.
  return `${rule.id}  ${rule.decision.padEnd(5)}  ${rule.tool}${rule.pattern === null ? '' : `(${rule.pattern})`}  ${where}`;
}
