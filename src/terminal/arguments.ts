import type { ChatArguments, Command, ExportFormat } from './command.ts';
import { FLAG, limitOf, MANY, one, oneAndJson, parse, parseToolPattern, positive, TEXT, usage } from './words.ts';

const EXPORT_FORMATS: readonly string[] = ['markdown', 'json', 'html'] satisfies ExportFormat[];

/**
 * The command that the words after `glasshouse` mean.
 * @throws FailureError `usage` that names the word that was wrong
 */
export function parseCommand(words: readonly string[]): Command {
  const [first, ...rest] = words;
  if (first === undefined || first === '--help' || first === '-h') return { name: 'help', topic: null };
  if (first === '--version' || first === '-v') return { name: 'version' };
  if (first === 'help') return { name: 'help', topic: rest[0] ?? null };
  if (rest.includes('--help') || rest.includes('-h')) {
    const end = rest.indexOf('--');
    if (end < 0 || rest.slice(0, end).some((word) => word === '--help' || word === '-h')) return { name: 'help', topic: first };
  }
  switch (first) {
    case 'run':
      return parseRun(rest);
    case 'chat':
      return parseChat(rest);
    case 'conversations':
      return parseConversations(rest);
    case 'rules':
      return parseRules(rest);
    case 'agents':
      return parseAgents(rest);
    case 'folders':
      return parseFolders(rest);
    case 'settings':
      return parseSettings(rest);
    case 'models':
      return parseModels(rest);
    case 'doctor': {
      const { values } = parse('doctor', rest, { json: FLAG, 'rebuild-indexes': FLAG }, 0);
      return { name: 'doctor', json: values.json, rebuild: values['rebuild-indexes'] };
    }
    case 'instructions': {
      const { values, positionals } = parse(
        'instructions',
        rest,
        { workspace: { ...TEXT, short: 'w' }, yes: { ...FLAG, short: 'y' }, json: FLAG },
        1,
      );
      const action = positionals[0] ?? 'show';
      if (action !== 'show' && action !== 'approve' && action !== 'forget')
        throw usage('Say what to do: glasshouse instructions show | approve | forget [--workspace DIR]');
      return { name: 'instructions', action, workspace: values.workspace ?? null, yes: values.yes, json: values.json };
    }
    case 'completion': {
      const shell = one(parse('completion', rest, {}, 1).positionals, 'completion bash | zsh | fish');
      if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish')
        throw usage(`completion: there is one for bash, zsh and fish, not for ${JSON.stringify(shell)}.`);
      return { name: 'completion', shell };
    }
    case 'storage': {
      const { values, positionals } = parse('storage', rest, { yes: { ...FLAG, short: 'y' }, json: FLAG }, 1);
      const action = positionals[0] ?? 'show';
      if (action !== 'show' && action !== 'free') throw usage('Say what to do: glasshouse storage [show] | free [--yes]');
      return { name: 'storage', action, yes: values.yes, json: values.json };
    }
    case 'diagnostics': {
      const { values, positionals } = parse('diagnostics', rest, { yes: { ...FLAG, short: 'y' } }, 1);
      return { name: 'diagnostics', file: positionals[0] ?? null, yes: values.yes };
    }
    case 'backup': {
      const { values, positionals } = parse('backup', rest, { json: FLAG }, 1);
      return { name: 'backup', file: positionals[0] ?? null, json: values.json };
    }
    case 'restore': {
      const { values, positionals } = parse('restore', rest, { yes: { ...FLAG, short: 'y' }, check: FLAG, json: FLAG }, 1);
      return { name: 'restore', file: one(positionals, 'restore FILE'), yes: values.yes, check: values.check, json: values.json };
    }
    default:
      throw usage(
        `There is no command ${JSON.stringify(first)}. There are: run, chat, conversations, folders, agents, rules, settings, instructions, models, storage, doctor, diagnostics, backup, restore, completion, help.`,
      );
  }
}

/** Where, with which model, in which conversation, and what may be done. */
const ABOUT_RUNS = {
  workspace: { ...TEXT, short: 'w' },
  model: { ...TEXT, short: 'm' },
  continue: { ...FLAG, short: 'c' },
  conversation: TEXT,
  allow: MANY,
  deny: MANY,
  plan: FLAG,
  agent: TEXT,
  incognito: FLAG,
} as const;

interface AboutRuns {
  readonly workspace?: string | undefined;
  readonly model?: string | undefined;
  readonly continue: boolean;
  readonly conversation?: string | undefined;
  readonly allow: string[];
  readonly deny: string[];
  readonly plan: boolean;
  readonly agent?: string | undefined;
  readonly incognito: boolean;
}

function aboutRuns(values: AboutRuns): ChatArguments {
  if (values.continue && values.conversation !== undefined) throw usage('Give --continue or --conversation, not both.');
  if (values.agent !== undefined && (values.continue || values.conversation !== undefined))
    throw usage('--agent is for a new conversation: one that is gone on with keeps its own.');
  if (values.incognito && (values.continue || values.conversation !== undefined))
    throw usage('--incognito is for a new conversation, of which nothing is kept.');
  return {
    workspace: values.workspace ?? null,
    model: values.model ?? null,
    continues: values.continue,
    conversation: values.conversation ?? null,
    allow: values.allow.map((text) => parseToolPattern(text, '--allow')),
    deny: values.deny.map((text) => parseToolPattern(text, '--deny')),
    plan: values.plan,
    agent: values.agent ?? null,
    incognito: values.incognito,
  };
}

function parseRun(words: readonly string[]): Command {
  const { values, positionals } = parse('run', words, {
    ...ABOUT_RUNS,
    json: FLAG,
    'max-steps': TEXT,
    attach: { ...MANY, short: 'a' },
    schema: TEXT,
  });
  return {
    name: 'run',
    prompt: positionals.join(' ').trim(),
    ...aboutRuns(values),
    json: values.json,
    maxSteps: values['max-steps'] === undefined ? null : positive(values['max-steps'], '--max-steps'),
    attach: values.attach,
    schema: values.schema ?? null,
  };
}

function parseChat(words: readonly string[]): Command {
  return { name: 'chat', ...aboutRuns(parse('chat', words, ABOUT_RUNS, 0).values) };
}

function parseConversations(words: readonly string[]): Command {
  const [action, ...rest] = words;
  const name = 'conversations';
  switch (action) {
    case 'list': {
      const { values } = parse('conversations list', rest, { limit: TEXT, json: FLAG, archived: FLAG, trash: FLAG, folder: TEXT }, 0);
      if (values.archived && values.trash) throw usage('Give --archived or --trash, not both.');
      const place = values.trash ? 'trash' : values.archived ? 'archive' : 'list';
      return { name, action, limit: limitOf(values.limit, 30), place, folder: values.folder ?? null, json: values.json };
    }
    case 'show': {
      const { values, positionals } = parse('conversations show', rest, { requests: FLAG, json: FLAG }, 1);
      return { name, action, id: one(positionals, 'conversations show ID'), requests: values.requests, json: values.json };
    }
    case 'export': {
      const { values, positionals } = parse('conversations export', rest, { format: TEXT, output: { ...TEXT, short: 'o' } }, 1);
      const format = values.format ?? 'markdown';
      if (!isExportFormat(format)) {
        throw usage(`--format wants one of ${EXPORT_FORMATS.join(', ')}, not ${JSON.stringify(format)}.`);
      }
      if (values.output === '') throw usage('--output wants the name of a file.');
      return { name, action, id: one(positionals, 'conversations export ID'), format, output: values.output ?? null };
    }
    case 'search': {
      const { values, positionals } = parse('conversations search', rest, { limit: TEXT, json: FLAG });
      const query = positionals.join(' ').trim();
      if (!query) throw usage('Say what to search for: glasshouse conversations search WORDS');
      return { name, action, query, limit: limitOf(values.limit, 20), json: values.json };
    }
    case 'move': {
      const { values, positionals } = parse('conversations move', rest, { folder: TEXT });
      if (positionals.length === 0 || values.folder === undefined)
        throw usage('Say which and where: glasshouse conversations move ID … --folder NAME');
      return { name, action, ids: positionals, folder: values.folder };
    }
    case 'restore': {
      const { values, positionals } = parse('conversations restore', rest, { json: FLAG });
      if (positionals.length === 0) throw usage('Say which: glasshouse conversations restore ID');
      return { name, action, ids: positionals, json: values.json };
    }
    case 'delete': {
      const { values, positionals } = parse('conversations delete', rest, { yes: { ...FLAG, short: 'y' }, json: FLAG });
      if (positionals.length === 0) throw usage('Say which: glasshouse conversations delete ID');
      return { name, action, ids: positionals, yes: values.yes, json: values.json };
    }
    default:
      throw usage('Say what to do: glasshouse conversations list | show ID | search WORDS | export ID | move ID | restore ID | delete ID');
  }
}

function parseFolders(words: readonly string[]): Command {
  const [action, ...rest] = words;
  const name = 'folders';
  switch (action) {
    case 'list':
      return { name, action, json: parse('folders list', rest, { json: FLAG }, 0).values.json };
    case 'add':
    case 'delete':
      return { name, action, folder: one(parse(`folders ${action}`, rest, {}, 1).positionals, `folders ${action} NAME`) };
    case 'rename': {
      const { positionals } = parse('folders rename', rest, {}, 2);
      const [folder, title] = positionals;
      if (!folder || !title) throw usage('Say which and how: glasshouse folders rename NAME NEW');
      return { name, action, folder, title };
    }
    default:
      throw usage('Say what to do: glasshouse folders list | add NAME | rename NAME NEW | delete NAME');
  }
}

function parseAgents(words: readonly string[]): Command {
  const [action, ...rest] = words;
  const name = 'agents';
  const command = `agents ${action ?? ''}`;
  switch (action) {
    case 'list':
      return { name, action, json: parse(command, rest, { json: FLAG }, 0).values.json };
    case 'show': {
      const { values, positionals } = parse(command, rest, { json: FLAG }, 1);
      return { name, action, agent: one(positionals, 'agents show NAME'), json: values.json };
    }
    case 'add':
    case 'edit': {
      const options = { name: TEXT, about: TEXT, instructions: TEXT, model: { ...TEXT, short: 'm' }, tools: TEXT, starter: MANY } as const;
      const { values, positionals } = parse(command, rest, options, 1);
      const { about = null, instructions = null, model = null, tools = null, starter: starters } = values;
      const said = { title: values.name ?? null, about, instructions, model, tools, starters };
      return { name, action, agent: one(positionals, `agents ${action} NAME`), words: said };
    }
    case 'duplicate':
      return { name, action, agent: one(parse(command, rest, {}, 1).positionals, 'agents duplicate NAME') };
    case 'import':
      return { name, action, file: one(parse(command, rest, {}, 1).positionals, 'agents import FILE') };
    case 'export': {
      const { values, positionals } = parse(command, rest, { output: { ...TEXT, short: 'o' } }, 1);
      return { name, action, agent: one(positionals, 'agents export NAME'), output: values.output ?? null };
    }
    case 'approve':
    case 'delete': {
      const { values, positionals } = parse(command, rest, { yes: { ...FLAG, short: 'y' } }, 1);
      return { name, action, agent: one(positionals, `agents ${action} NAME`), yes: values.yes };
    }
    default:
      throw usage('Say what to do: glasshouse agents list | show | add | edit | duplicate | import | export | approve | delete');
  }
}

function isExportFormat(text: string): text is ExportFormat {
  return EXPORT_FORMATS.includes(text);
}

function parseRules(words: readonly string[]): Command {
  const [action, ...rest] = words;
  const name = 'rules';
  switch (action) {
    case 'list':
      return { name, action, json: parse('rules list', rest, { json: FLAG }, 0).values.json };
    case 'allow':
    case 'ask':
    case 'deny': {
      const { values, positionals } = parse(`rules ${action}`, rest, { workspace: { ...TEXT, short: 'w' }, json: FLAG }, 1);
      const rule = parseToolPattern(one(positionals, `rules ${action} 'TOOL(pattern)'`), `rules ${action}`);
      return { name, action: 'add', decision: action, rule, workspace: values.workspace ?? null, json: values.json };
    }
    case 'remove':
      return { name, action, ...oneAndJson('rules remove', rest, 'rules remove ID') };
    default:
      throw usage(`Say what to do: glasshouse rules list | allow 'TOOL(pattern)' | ask … | deny … | remove ID`);
  }
}

function parseSettings(words: readonly string[]): Command {
  const [action, ...rest] = words;
  const name = 'settings';
  switch (action) {
    case 'get': {
      const { values, positionals } = parse('settings get', rest, { json: FLAG }, 1);
      return { name, action, key: positionals[0] ?? null, json: values.json };
    }
    case 'set': {
      const { values, positionals } = parse('settings set', rest, { json: FLAG }, 2);
      const key = positionals[0];
      if (!key) throw usage('Say which and what: glasshouse settings set KEY VALUE');
      return { name, action, key, value: positionals[1] ?? null, json: values.json };
    }
    case 'test': {
      const { values, positionals } = parse('settings test', rest, { json: FLAG }, 1);
      return { name, action, address: positionals[0] ?? null, json: values.json };
    }
    case 'unset': {
      const { id: key, json } = oneAndJson('settings unset', rest, 'settings unset KEY');
      return { name, action, key, json };
    }
    default:
      throw usage('Say what to do: glasshouse settings get [KEY] | set KEY VALUE | unset KEY | test [ADDRESS]');
  }
}

function parseModels(words: readonly string[]): Command {
  const [action, ...rest] = words;
  const name = 'models';
  switch (action) {
    case 'list': {
      const { values, positionals } = parse('models list', rest, { json: FLAG });
      return { name, action, wanted: positionals.join(' ').trim(), json: values.json };
    }
    case 'pull': {
      const { values, positionals } = parse('models pull', rest, { file: TEXT, json: FLAG }, 1);
      return { name, action, id: positionals[0] ?? null, file: values.file ?? null, json: values.json };
    }
    case 'price':
      return parsePrice(rest);
    case 'use':
      return { name, action, ...oneAndJson('models use', rest, 'models use MODEL') };
    default:
      throw usage('Say what to do: glasshouse models list [WORDS] | use MODEL | price MODEL | pull [MODEL] [--file PATH]');
  }
}

/** US dollars per million tokens. Without a figure the price is shown. */
function parsePrice(words: readonly string[]): Command {
  const figures = { input: TEXT, output: TEXT, 'cached-read': TEXT, 'cached-write': TEXT };
  const { values, positionals } = parse('models price', words, { ...figures, unset: FLAG, json: FLAG }, 1);
  const base = { name: 'models', action: 'price', id: one(positionals, 'models price MODEL'), json: values.json } as const;
  const given = Object.keys(figures).some((figure) => values[figure as keyof typeof figures] !== undefined);
  if (values.unset && given) throw usage('Give --unset or figures, not both.');
  if (values.unset) return { ...base, price: null };
  if (!given) return base;
  if (values.input === undefined || values.output === undefined) throw usage('A price has at least --input and --output.');
  const [cachedRead, cachedWrite] = [values['cached-read'], values['cached-write']];
  return {
    ...base,
    price: {
      input: dollars(values.input, '--input'),
      output: dollars(values.output, '--output'),
      ...(cachedRead === undefined ? {} : { cachedRead: dollars(cachedRead, '--cached-read') }),
      ...(cachedWrite === undefined ? {} : { cachedWrite: dollars(cachedWrite, '--cached-write') }),
    },
  };
}

function dollars(text: string, option: string): number {
  if (!/^\d{1,6}(?:\.\d{1,9})?$/.test(text))
    throw usage(`${option} wants US dollars per million tokens, such as 2.5, not ${JSON.stringify(text)}.`);
  return Number(text);
}
