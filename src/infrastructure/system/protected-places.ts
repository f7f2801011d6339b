import { lstatSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** Below the home folder: keys, keyrings, tokens of command-line tools, histories. */
const SECRETS = [
  '.ssh',
  '.gnupg',
  '.password-store',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.oci',
  '.netrc',
  '_netrc',
  '.git-credentials',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.pgpass',
  '.my.cnf',
  '.boto',
  '.s3cfg',
  '.vault-token',
  '.terraform.d',
  '.terraformrc',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.m2/settings.xml',
  '.m2/settings-security.xml',
  '.gradle/gradle.properties',
  '.env',
  '.authinfo',
  '.authinfo.gpg',
  '.curlrc',
  '.wgetrc',
  '.smbcredentials',
  '.smb',
  '.mylogin.cnf',
  '.pgservice.conf',
  '.msmtprc',
  '.fetchmailrc',
  '.ngrok2',
  '.electrum',
  '.bitcoin',
  '.ethereum',
  '.litecoin',
  '.monero',
  '.config/gcloud',
  '.config/git/credentials',
  '.config/gh',
  '.config/github-copilot',
  '.config/Code/User/globalStorage',
  '.config/VSCodium/User/globalStorage',
  '.config/Cursor/User/globalStorage',
  '.config/fish/fish_variables',
  '.config/ngrok',
  '.config/msmtp',
  '.config/configstore',
  '.config/solana',
  '.config/hub',
  '.config/glab-cli',
  '.config/op',
  '.config/rclone',
  '.config/doctl',
  '.config/heroku',
  '.config/containers/auth.json',
  '.config/NuGet',
  '.config/age',
  '.config/sops',
  '.local/share/password-store',
  '.local/share/keyrings',
  '.local/share/kwalletd',
  '.local/share/gnome-keyring',
  '.claude',
  '.claude.json',
  '.codex',
  '.gemini',
  '.viminfo',
  '.local/state/nvim/shada',
  '.local/share/nvim/shada',
  '.lesshst',
  '.local/state/lesshst',
  '.wget-hsts',
  '.history',
  '.sh_history',
  '.sqlite_history',
  '.irb_history',
  '.php_history',
  '.dbshell',
  '.mongosh',
  '.local/share/atuin',
  '.bash_history',
  '.zsh_history',
  '.python_history',
  '.node_repl_history',
  '.psql_history',
  '.mysql_history',
  '.rediscli_history',
  '.local/share/fish/fish_history',
  '.Xauthority',
  '.ICEauthority',
  'Library/Keychains',
  'Library/Cookies',
  'AppData/Roaming/Microsoft/Credentials',
  'AppData/Local/Microsoft/Credentials',
] as const;

/** Below the home folder: browsers and mail programs, with their cookies and saved passwords. */
const PROFILES = [
  '.mozilla',
  '.thunderbird',
  '.librewolf',
  '.waterfox',
  '.config/google-chrome',
  '.config/google-chrome-beta',
  '.config/chromium',
  '.config/BraveSoftware',
  '.config/microsoft-edge',
  '.config/vivaldi',
  '.opera',
  '.config/opera',
  '.config/mozilla',
  '.local/share/qutebrowser',
  '.local/share/epiphany',
  '.cache/mozilla',
  '.cache/google-chrome',
  '.cache/chromium',
  'snap/firefox',
  'snap/chromium',
  'snap/thunderbird',
  '.var/app/org.mozilla.firefox',
  '.var/app/com.google.Chrome',
  '.var/app/org.chromium.Chromium',
  '.var/app/com.brave.Browser',
  '.config/Slack',
  '.config/discord',
  '.config/Signal',
  '.config/1Password',
  '.config/Bitwarden',
  '.config/KeePassXC',
  'Library/Application Support/Google/Chrome',
  'Library/Application Support/Firefox',
  'Library/Application Support/BraveSoftware',
  'Library/Application Support/Microsoft Edge',
  'Library/Application Support/1Password',
  'Library/Safari',
  'AppData/Local/Google/Chrome/User Data',
  'AppData/Roaming/Mozilla/Firefox',
] as const;

/** Variables that name a place with secrets, where it is not at its usual one. */
const MOVED = [
  'GNUPGHOME',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'KUBECONFIG',
  'DOCKER_CONFIG',
  'CLOUDSDK_CONFIG',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'PASSWORD_STORE_DIR',
  'NPM_CONFIG_USERCONFIG',
  'npm_config_userconfig',
  'NETRC',
  'PGPASSFILE',
  'AZURE_CONFIG_DIR',
  'HISTFILE',
  'GH_CONFIG_DIR',
] as const;

/** Variables that move a whole folder of the home. */
const XDG = [
  ['.config/', 'XDG_CONFIG_HOME'],
  ['.local/share/', 'XDG_DATA_HOME'],
  ['.local/state/', 'XDG_STATE_HOME'],
  ['.cache/', 'XDG_CACHE_HOME'],
] as const;

/** Of the whole machine. */
const SYSTEM = ['/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d', '/etc/ssl/private', '/root/.ssh'] as const;

/**
 * The files and folders that no tool and no command may see (S7), whether they exist or not; where one is reached through a link,
 * its real place too.
 * @param home what programs take for the home folder
 * @param own folders of Glasshouse itself (its data folder)
 * @param account the home folder that the system knows for the person, null when it knows none; `HOME` may name another one, and the keys
 * are in both
 */
export function protectedPlaces(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  own: readonly string[],
  account: string | null = homeOfAccount(),
): readonly string[] {
  const places = new Set<string>();
  const add = (path: string) => {
    places.add(path);
    try {
      // Most are not there; asked in this way they cost no error, which would be the larger part of a millisecond at every start.
      if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) places.add(realpathSync(path));
    } catch {
      // Not to be reached: its name is protected all the same.
    }
  };
  for (const path of own) add(resolve(path));
  const homes = new Set(account === null ? [home] : [home, account]);
  for (const path of [...SECRETS, ...PROFILES]) {
    for (const folder of homes) add(join(folder, path));
    for (const [usual, name] of XDG) {
      const moved = env[name];
      if (moved?.startsWith('/') && path.startsWith(usual)) add(join(moved, path.slice(usual.length)));
    }
  }
  for (const name of MOVED) {
    // KUBECONFIG is a list.
    for (const path of (env[name] ?? '').split(':')) if (path.startsWith('/') && path !== '/') add(resolve(path));
  }
  if (process.platform !== 'win32') for (const path of SYSTEM) add(path);
  return [...places];
}

function homeOfAccount(): string | null {
  try {
    return userInfo().homedir || null;
  } catch {
    // A user without an entry, as in some containers.
    return null;
  }
}
