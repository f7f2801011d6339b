/**
 * Ends this process after so many milliseconds, however busy it is then. For companions: the parent ends them sooner, and this matters only
 * when the parent is gone. A timer would wait for work that never ends; a thread does not.
 */
export function endInTime(milliseconds: number): void {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  new Worker(`setTimeout(() => process.kill(${process.pid}, 'SIGKILL'), ${milliseconds})`, { eval: true }).unref();
}
