import type { Task } from './task.ts';

/** Written after the prompts; nothing was changed for them. */
export const HELD_OUT_TASKS: readonly Task[] = [];
