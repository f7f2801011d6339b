/** Names that say "secret" in one of their parts. */
const SECRET_PART =
  /(^|[_.:/-])(KEY|KEYS|APIKEY|TOKEN|TOKENS|SECRET|SECRETS|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|PW|CREDENTIAL|CREDENTIALS|CREDS|AUTH|COOKIE|COOKIES|JWT|BEARER|PAT|DSN|SESSION|SIGNATURE|WEBHOOK)([_.:/-]|$)/i;
/** Names that hold such a word anywhere, written together. */
const SECRET_WITHIN = /token|secret|passw|passphrase|credential|api_?key|private_?key|access_?key|auth_?token|_authtoken|cookie/i;
/** Families of variables that belong to somebody else, or open a door out of the sandbox, or make every shell run something first. */
const CLOSED =
  /^(AWS_|AZURE_|GOOGLE_|GCLOUD_|CLOUDSDK_|GLASSHOUSE_|SSH_|GPG_|GNUPG|DBUS_|DOCKER_|KUBE|VAULT_|OP_|BW_|CI_JOB_|ACTIONS_|BASH_FUNC_|BASH_ENV$|ENV$|PROMPT_COMMAND$|SHELLOPTS$|BASHOPTS$|LD_PRELOAD$|LD_AUDIT$|XAUTHORITY$|XDG_RUNTIME_DIR$|XDG_SESSION|DISPLAY$|WAYLAND_|PULSE_|INVOCATION_ID$|NOTIFY_SOCKET$|LISTEN_|NODE_CHANNEL_|TMUX|STY$|VSCODE_|VITEST)/;
/** Never taken out, whatever their names or values look like. */
const HARMLESS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD', 'PATH', 'HOME']);
/** Values that carry a secret, whatever their names are. Most kinds of keys begin with a mark of their own. */
const SECRET_VALUES = [
  // Also in the middle of a value (a header, an option), yet not of a word.
  /(?<![A-Za-z0-9])(?:[sr]k_(?:live|test|prod)_|gh[opsur]_|github_pat_|gl(?:pat|ptt|dt|rt|soat|agent)-|xox[abeoprs]-|xapp-|shp(?:at|ss|ca)_|dop_v1_|dckr_pat_|whsec_|lin_api_|rubygems_|AGE-SECRET-KEY-|ya29\.)[\w.-]{6,}/,
  /(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[A-Z0-9]{12,}|AIza[\w-]{20,}|npm_[A-Za-z0-9]{20,}|pypi-[\w-]{16,}|(?:hf|gsk|r8)_[A-Za-z0-9]{16,}|SG\.[\w-]{16,}|hvs\.[\w-]{16,})/,
  /(?<![\w/.-])(?:sk|xai|pplx|tvly)-[\w-]{16,}/,
  /(?<![A-Za-z0-9])eyJ[\w-]{8,}\.[\w-]{2,}/,
  /-----BEGIN [A-Z0-9 ]*KEY/,
  /\b(?:Bearer|Basic) +[\w.~+/=-]{12,}/i,
  // `scheme://user:password@host`, where what follows the colon is not a port, and `scheme://key@host`.
  /:\/\/[^/\s:@]*:(?!\d*\/)[^\s@]+@/,
  /:\/\/[^/\s:@]{20,}@/,
  /[?&;]\s*(?:password|passwd|pwd|(?:\w+[_-])?token|api_?key|secret|sig|accountkey|sharedaccesskey)=[^&;\s]/i,
  /\/\/(?:hooks\.slack\.com\/services|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks)\//,
];

/**
 * The environment for commands: what is (or may be) a secret is taken out by its name or its value, relative folders leave the PATH,
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
  return SECRET_PART.test(name) || SECRET_WITHIN.test(name) || CLOSED.test(name) || SECRET_VALUES.some((form) => form.test(value));
}
