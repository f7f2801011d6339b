/** Off the main thread: half a gigabyte takes about a second, in which a stop and a drawing must not wait. */
const HASHING = `
const { workerData, parentPort } = process.getBuiltinModule('node:worker_threads');
const { createHash } = process.getBuiltinModule('node:crypto');
const fs = process.getBuiltinModule('node:fs');
const hash = createHash('sha256');
const file = fs.openSync(workerData.path, 'r');
const buffer = Buffer.allocUnsafe(1 << 20);
let done = 0;
let told = 0;
for (;;) {
  const read = fs.readSync(file, buffer, 0, buffer.length, null);
  if (read === 0) break;
  hash.update(buffer.subarray(0, read));
  done += read;
  if (done - told >= 16 << 20) {
    told = done;
    parentPort.postMessage({ done });
  }
}
fs.closeSync(file);
parentPort.postMessage({ digest: hash.digest('hex') });
`;

/**
 * SHA-256 of a file, hexadecimal, reckoned on a thread of its own.
 * Rejects with the signal's reason when stopped, and with the file's error when it cannot be read.
 */
export function digestOf(path: string, signal: AbortSignal, onProgress?: (done: number) => void): Promise<string> {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(HASHING, { eval: true, execArgv: [], workerData: { path } });
    const stop = () => {
      reject(signal.reason as Error);
      void worker.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: { done?: number; digest?: string }) => {
      if (message.digest !== undefined) resolve(message.digest);
      else if (message.done !== undefined) onProgress?.(message.done);
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      signal.removeEventListener('abort', stop);
      reject(new Error('the digest was not reckoned to its end'));
    });
  });
}
