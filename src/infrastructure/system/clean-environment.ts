/** Names that say "secret" in one of their parts. */
const SECRET_PART =
  /(^|[_.:/-])(KEY|KEYS|APIKEY|TOKEN|TOKENS|SECRET|SECRETS|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|PW|CREDENTIAL|CREDENTIALS|CREDS|AUTH|COOKIE|COOKIES|JWT|BEARER|PAT|DSN|SESSION|SIGNATURE|WEBHOOK)([_.:/-]|$)/i;
/** Names that hold such a word anywhere, written together. */
const SECRET_WITHIN = /token|secret|passw|passphrase|credential|api_?key|private_?key|access_?key|auth_?token|_authtoken|cookie/i;
/** Families of variables that belong to somebody else, or open a door out of the sandbox, or make every shell run something first. */
const CLOSED =
  /^(AWS_|AZURE_|GOOGLE_|GCLOUD_|CLOUDSDK_|GLASSHOUSE_|SSH_|GPG_|GNUPG|DBUS_|DOCKER_|KUBE|VAULT_|OP_|BW_|CI_JOB_|ACTIONS_|BASH_FUNC_|BASH_ENV$|ENV$|PROMPT_COMMAND$|SHELLOPTS$|BASHOPTS$|LD_PRELOAD$|LD_AUDIT$|XAUTHORITY$|XDG_RUNTIME_DIR$|XDG_SESSION|DISPLAY$|WAYLAND_|PULSE_|INVOCATION_ID$|NOTIFY_SOCKET$|LISTEN_|NODE_CHANNEL_|TMUX|STY$|VSCODE_|VITEST)/;
/** Never taken out, whatever their names look like. */
const HARMLESS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);
/** A value that carries a password of its own: `scheme://user:password@host`. */
const SECRET_VALUE = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/**
 * The environment for commands: what is (or may be) a secret is taken out by its name or its form, relative folders leave the PATH,
 * and programs are told that nobody is there to look at a pager or to type a password.
 */
export function cleanEnvironment(env: Readonly<Record<string, string | undefined>>, home: string): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !isSecret(name, value)) clean[name] = value;
  }
  const path = (clean['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  clean['PATH'] = path.length > 0 ? path.join(':') : '/usr/local/bin:/usr/bin:/bin';
  clean['HOME'] = home;
  clean['LANG'] ??= 'C.UTF-8';
  return {
    ...clean,
    TMPDIR: '/tmp',
    TERM: 'dumb',
    NO_COLOR: '1',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    MANPAGER: 'cat',
    GIT_TERMINAL_PROMPT: '0',
    PYTHONUNBUFFERED: '1',
  };
}

function isSecret(name: string, value: string): boolean {
  if (HARMLESS.has(name)) return false;
  return SECRET_PART.test(name) || SECRET_WITHIN.test(name) || CLOSED.test(name) || SECRET_VALUE.test(value);
}
