import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Glasshouse keeps what it knows: `GLASSHOUSE_HOME`, or the platform's data folder. An absolute path. */
export function dataFolder(env: Environment, home: string, platform: string): string {
  if (env['GLASSHOUSE_HOME']) return env['GLASSHOUSE_HOME'];
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Glasshouse');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Glasshouse');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'glasshouse');
}

/** Where it keeps what can be fetched or made again. An absolute path. */
export function cacheFolder(env: Environment, home: string, platform: string): string {
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'Glasshouse');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Glasshouse', 'Cache');
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'glasshouse');
}
