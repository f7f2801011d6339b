/** The commands; those up to `backup` have a help of their own. */
const COMMANDS = [
  'run',
  'chat',
  'conversations',
  'folders',
  'agents',
  'models',
  'settings',
  'rules',
  'instructions',
  'storage',
  'doctor',
  'diagnostics',
  'backup',
  'restore',
  'completion',
  'help',
];

/** What can follow a word of `glasshouse`; the empty word stands for `glasshouse` itself. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  '': COMMANDS,
  help: COMMANDS.slice(0, COMMANDS.indexOf('backup') + 1),
  run: [
    '--workspace',
    '--model',
    '--continue',
    '--conversation',
    '--agent',
    '--incognito',
    '--plan',
    '--allow',
    '--deny',
    '--max-steps',
    '--attach',
    '--schema',
    '--json',
  ],
  chat: ['--workspace', '--model', '--continue', '--conversation', '--agent', '--incognito', '--plan', '--allow', '--deny'],
  conversations: [
    'list',
    'show',
    'search',
    'export',
    'move',
    'restore',
    'delete',
    '--folder',
    '--archived',
    '--trash',
    '--format',
    '--output',
    '--limit',
    '--requests',
    '--yes',
    '--json',
  ],
  folders: ['list', 'add', 'rename', 'delete', '--json'],
  agents: [
    'list',
    'show',
    'add',
    'edit',
    'duplicate',
    'export',
    'import',
    'approve',
    'delete',
    '--instructions',
    '--about',
    '--model',
    '--tools',
    '--starter',
    '--name',
    '--output',
    '--yes',
    '--json',
  ],
  models: ['list', 'pull', 'use', 'price', '--input', '--output', '--cached-read', '--cached-write', '--unset', '--file', '--json'],
  settings: ['get', 'set', 'unset', 'test', '--json'],
  rules: ['list', 'allow', 'ask', 'deny', 'remove', '--workspace', '--json'],
  instructions: ['show', 'approve', 'forget', '--workspace', '--yes', '--json'],
  storage: ['show', 'free', '--yes', '--json'],
  doctor: ['--rebuild-indexes', '--json'],
  diagnostics: ['--yes'],
  backup: ['--json'],
  restore: ['--check', '--yes', '--json'],
  completion: ['bash', 'zsh', 'fish'],
};

type Shell = 'bash' | 'zsh' | 'fish';

/** A script that teaches a shell what can be typed after `glasshouse`. */
export function completionFor(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return zsh();
    case 'fish':
      return fish();
  }
}

const commands = Object.entries(WORDS).filter(([command]) => command !== '');

function bash(): string {
  const cases = commands.map(([command, words]) => `    ${command}) words="${words.join(' ')}" ;;`);
  return `# glasshouse completion bash > ~/.local/share/bash-completion/completions/glasshouse
_glasshouse() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=""
  case \${COMP_WORDS[COMP_CWORD - 1]} in
    -w | --workspace | --file) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${WORDS['']?.join(' ')}" -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ \${COMP_WORDS[1]} == restore && $current != -* ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _glasshouse glasshouse
`;
}

function zsh(): string {
  const cases = commands.map(([command, words]) => `    ${command}) compadd -- ${words.join(' ')} ;;`);
  return `#compdef glasshouse
# glasshouse completion zsh > a folder of your $fpath, as _glasshouse
_glasshouse() {
  case \${words[CURRENT - 1]} in
    -w | --workspace | --file) _files; return ;;
  esac
  if ((CURRENT == 2)); then
    compadd -- ${WORDS['']?.join(' ')}
    return
  fi
  case \${words[2]} in
${cases.join('\n')}
  esac
  if [[ \${words[2]} == restore ]]; then _files; fi
}
compdef _glasshouse glasshouse
`;
}

function fish(): string {
  const first = `complete -c glasshouse -f -n __fish_use_subcommand -a "${WORDS['']?.join(' ')}"`;
  const rest = commands.flatMap(([command, words]) => {
    const when = `complete -c glasshouse -f -n "__fish_seen_subcommand_from ${command}"`;
    const options = words.filter((word) => word.startsWith('--')).map((word) => `${when} -l ${word.slice(2)}`);
    const plain = words.filter((word) => !word.startsWith('--'));
    return plain.length > 0 ? [`${when} -a "${plain.join(' ')}"`, ...options] : options;
  });
  return `# glasshouse completion fish > ~/.config/fish/completions/glasshouse.fish
${[first, ...rest].join('\n')}
complete -c glasshouse -F -n "__fish_seen_subcommand_from restore"
`;
}
