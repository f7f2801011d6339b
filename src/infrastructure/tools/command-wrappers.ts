/** Programs that run the rest of their words, or what they read, as a command: a rule for them would say nothing about that. */
const WRAPPERS: ReadonlySet<string> = new Set(
  (
    'env xargs sudo doas su runuser pkexec nohup nice ionice chrt taskset timeout time setsid stdbuf unbuffer watch parallel script strace ltrace gdb ' +
    'chroot unshare nsenter setarch busybox toybox ssh command builtin exec coproc flock entr systemd-run firejail bwrap proot fakeroot ' +
    'expect at batch crontab dbus-run-session xvfb-run rlwrap tmux screen'
  ).split(' '),
);

const SHELLS: ReadonlySet<string> = new Set('bash sh dash zsh ksh mksh fish ash rbash csh tcsh pwsh'.split(' '));

/** Words of bash that change what later words mean, or run text as commands. */
const MEANING_CHANGERS: ReadonlySet<string> = new Set(
  (
    'eval source . alias unalias shopt set trap enable hash bind complete compopt export declare typeset local readonly unset let ' +
    'read mapfile readarray getopts fc history'
  ).split(' '),
);

/** Options by which an otherwise plain program runs another. */
const RUNNING_OPTIONS: Readonly<Record<string, RegExp>> = {
  find: /^-(exec|execdir|ok|okdir)$/,
  fd: /^(-x|-X|--exec|--exec-batch)$/,
  tar: /^(--to-command|--use-compress-program|-I|--checkpoint-action|--rsh-command|-F|--info-script|--new-volume-script)/,
  git: /^(-c|--exec-path|--config-env|--upload-pack|--receive-pack|-x|--exec|--open-files-in-pager|-O)/,
  rsync: /^(-e|--rsh|--rsync-path)/,
  sort: /^--compress-program/,
  vim: /^(-c|--cmd|\+)/,
  vi: /^(-c|--cmd|\+)/,
  man: /^(-P|--pager|-H|--html)/,
  rg: /^--(pre|hostname-bin)/,
  zip: /^(-TT|--unzip-command)/,
  make: /^(SHELL=|--eval)/,
  sed: /^(-[a-zA-Z]*e?$)?.*(?:^|[;}\s\d$/])e(?:\s|$)|[/|,]e[a-z]*$/,
  awk: /system\s*\(|\|\s*getline|\|\s*"|print.*\|/,
  gawk: /system\s*\(|\|\s*getline|\|\s*"|print.*\|/,
  mawk: /system\s*\(|\|\s*getline|\|\s*"|print.*\|/,
};

export interface WrapperFinding {
  /** Why a person must look at it; null for a plain command. */
  readonly reason: string | null;
  /** Commands that hide in the words, so that a deny can match them too. */
  readonly hidden: readonly (readonly string[])[];
  /** A script given to a shell as one word. */
  readonly script: string | null;
}

const NOTHING: WrapperFinding = { reason: null, hidden: [], script: null };

/** Looks for a command that hides in the words of another. */
export function wrapperIn(argv: readonly string[]): WrapperFinding {
  const [first, ...rest] = argv;
  if (first === undefined) return NOTHING;
  const name = first.slice(first.lastIndexOf('/') + 1);
  if (SHELLS.has(name)) {
    const at = rest.findIndex((word) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(word));
    const script = at >= 0 ? (rest.slice(at + 1).find((word) => !word.startsWith('-')) ?? null) : null;
    // A script file by its name is a program like any other; words, standard input and options are not.
    const isFile = at < 0 && rest[0] !== undefined && !/^[-+]/.test(rest[0]);
    return { reason: isFile ? null : `${name} runs a script of its own`, hidden: [], script };
  }
  if (MEANING_CHANGERS.has(first))
    return { reason: `${first} changes what other words mean, or runs text as a command`, hidden: tails(rest), script: null };
  if (WRAPPERS.has(name)) return { reason: `${name} runs another command`, hidden: tails(rest), script: null };
  const option = RUNNING_OPTIONS[name];
  const at = option === undefined ? -1 : rest.findIndex((word) => option.test(word));
  if (at >= 0)
    return {
      reason: `${name} can run another command through ${shortened(rest[at] ?? '')}`,
      hidden: tails(rest.slice(at + 1)),
      script: null,
    };
  return NOTHING;
}

/** Every ending of the words that begins with something like a program's name. */
function tails(words: readonly string[]): string[][] {
  const starts = words.slice(0, 50).map((word, at) => ({ word, at }));
  return starts.filter(({ word }) => !word.startsWith('-') && !/^\w+=/.test(word)).map(({ at }) => words.slice(at));
}

function shortened(word: string): string {
  return word.length > 30 ? `${word.slice(0, 29)}…` : word;
}
