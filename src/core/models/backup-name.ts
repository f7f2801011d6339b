/** What a backup is called: `glasshouse-2026-11-24-1530.db`, by the clock of UTC. */
export function backupName(at: Date): string {
  return `glasshouse-${at.toISOString().slice(0, 16).replace('T', '-').replace(':', '')}.db`;
}
