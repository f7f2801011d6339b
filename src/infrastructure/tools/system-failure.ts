import { type Failure, type FailureCode, FailureError, failure } from '../../core/models/failure.ts';

const CODES: Readonly<Record<string, readonly [FailureCode, string]>> = {
  ENOENT: ['path_not_found', 'is not there'],
  ENOTDIR: ['path_not_a_directory', 'has a part that is not a folder'],
  EISDIR: ['path_not_a_file', 'is a folder'],
  ENXIO: ['path_not_a_file', 'is not a plain file'],
  ELOOP: ['path_not_found', 'is a loop of symbolic links, or became a link'],
  ENAMETOOLONG: ['path_not_found', 'is a name too long for this disk'],
  EACCES: ['path_no_permission', 'may not be used by you'],
  EPERM: ['path_no_permission', 'may not be changed by you'],
  EROFS: ['path_no_permission', 'is on a disk that can only be read'],
  ETXTBSY: ['path_no_permission', 'is a program that is running'],
  ENOSPC: ['disk_full', 'could not be written: the disk is full'],
  EBUSY: ['path_no_permission', 'is in use by the system'],
  EDQUOT: ['disk_full', 'could not be written: your share of the disk is used up'],
  EFBIG: ['file_too_large', 'is larger than this disk allows'],
};

/** The failure that a system error means, with `shown` as the name of the path. What is no system error is thrown on as a bug. */
export function failureFromSystem(error: unknown, shown: string): FailureError {
  if (error instanceof FailureError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const known = CODES[code ?? ''];
  if (!known && syscall !== undefined)
    return new FailureError('tool_failed', `${shown} could not be used: the system says ${code}.`, { cause: error });
  if (!known) throw error;
  return new FailureError(known[0], `${shown} ${known[1]}.`, { cause: error });
}

/** Runs `work` and turns an expected failure that it throws into a value; whatever it throws after a stop is the stop. */
export async function asOutcome<Outcome>(
  shown: string,
  signal: AbortSignal,
  work: () => Promise<Outcome>,
): Promise<Outcome | { ok: false; failure: Failure }> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) return { ok: false, failure: failure('tool_cancelled', 'It was stopped.') };
    const { code, message } = failureFromSystem(error, shown).failure;
    return { ok: false, failure: failure(code, message) };
  }
}
