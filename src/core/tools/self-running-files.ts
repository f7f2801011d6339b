/**
 * Files and folders that other programs run or obey without being told to: a shell that starts, an editor that opens the folder,
 * git at the next commit. Whoever writes one runs a command later, outside of every wall. Paths from the workspace's root, with `/`.
 */
export const SELF_RUNNING = [
  '.git/hooks',
  '.git/config',
  '.git/config.worktree',
  '.git/commondir',
  '.gitmodules',
  '.gitconfig',
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.bash_logout',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.zlogin',
  '.envrc',
  '.npmrc',
  '.yarnrc.yml',
  '.pre-commit-config.yaml',
  '.husky',
  '.vscode',
  '.idea',
  '.mcp.json',
  '.claude',
  '.cursor',
] as const;

const REASON = 'other programs run or obey this file by themselves, outside of the sandbox';

/** Why writing this path must be asked about, or null. The same names count in every folder of the workspace. */
export function runsByItself(path: string): string | null {
  const parts = path.toLowerCase().split('/');
  const isOne = SELF_RUNNING.some((entry) => {
    const [first, second] = entry.split('/');
    return parts.some((part, at) => part === first && (second === undefined || parts[at + 1] === second));
  });
  return isOne ? REASON : null;
}
