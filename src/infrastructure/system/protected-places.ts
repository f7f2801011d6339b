import { lstatSync, realpathSync } from 'node:fs';
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
  '.terraform.d/credentials.tfrc.json',
  '.terraformrc',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.m2/settings.xml',
  '.gradle/gradle.properties',
  '.config/gcloud',
  '.config/git/credentials',
  '.config/gh',
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
  '.local/share/keyrings',
  '.local/share/kwalletd',
  '.local/share/gnome-keyring',
  '.claude',
  '.claude.json',
  '.codex',
  '.gemini',
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
  'GH_CONFIG_DIR',
] as const;

/** Of the whole machine. */
const SYSTEM = ['/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d', '/etc/ssl/private', '/root/.ssh'] as const;

/**
 * The files and folders that no tool and no command may see (S7), whether they exist or not; where one is reached through a link,
 * its real place too.
 * @param own folders of Glasshouse itself (its data folder)
 */
export function protectedPlaces(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  own: readonly string[],
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
  for (const path of [...SECRETS, ...PROFILES]) add(join(home, path));
  for (const name of MOVED) {
    // KUBECONFIG is a list.
    for (const path of (env[name] ?? '').split(':')) if (path.startsWith('/') && path !== '/') add(resolve(path));
  }
  if (process.platform !== 'win32') for (const path of SYSTEM) add(path);
  return [...places];
}
