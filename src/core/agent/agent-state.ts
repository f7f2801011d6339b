/**
 * The run's state machine.
 * `queued → receiving → planning → (acting → observing →) reflecting → (planning | completed)`; planning goes straight to
 * reflecting when there is no call. Asides remember where they return to.
 */
export type WorkState = 'queued' | 'receiving' | 'planning' | 'acting' | 'observing' | 'reflecting';
export type AsideState = 'awaiting_interaction' | 'waiting_to_retry' | 'compacting' | 'cancelling';
export type EndState = 'completed' | 'cancelled' | 'failed' | 'exhausted';

export type RunState =
  | { readonly name: WorkState }
  | { readonly name: AsideState; readonly returnTo: WorkState }
  | { readonly name: EndState }
  | { readonly name: 'suspended'; readonly returnTo: WorkState };

export type RunStateName = RunState['name'];

const WORK: Record<WorkState, readonly RunStateName[]> = {
  queued: ['receiving'],
  receiving: ['planning'],
  planning: ['acting', 'reflecting'],
  acting: ['observing'],
  observing: ['reflecting'],
  reflecting: ['planning', 'completed'],
};

const ASIDES: readonly RunStateName[] = ['awaiting_interaction', 'waiting_to_retry', 'compacting', 'cancelling'];
const ENDS: readonly RunStateName[] = ['completed', 'cancelled', 'failed', 'exhausted'];

export function isEnded(state: RunState): state is { readonly name: EndState } {
  return ENDS.includes(state.name);
}

/** Whether a process is at work on the run (or should be). */
export function isActive(state: RunState): boolean {
  return !isEnded(state) && state.name !== 'suspended';
}

function isWork(state: RunState): state is { readonly name: WorkState } {
  return state.name in WORK;
}

/**
 * The state after going to `to`. From an aside one returns only to where one came from, or on to `cancelling` or an end.
 * `suspended` is left only by the person's word: resumed into planning, or discarded.
 * @throws Error when the machine has no such transition (a bug, not a failure).
 */
export function advanceRun(from: RunState, to: RunStateName): RunState {
  const illegal = () => new Error(`illegal transition of run: ${from.name} → ${to}`);
  if (isEnded(from)) throw illegal();
  if (from.name === 'suspended') {
    if (to === 'planning') return { name: 'planning' };
    if (to === 'cancelled') return { name: 'cancelled' };
    throw illegal();
  }
  const base: WorkState = isWork(from) ? from.name : from.returnTo;
  if (to === 'suspended') return { name: 'suspended', returnTo: base };
  if (to === 'failed' || to === 'exhausted') return { name: to };
  if (to === 'cancelled') {
    if (from.name !== 'cancelling' && from.name !== 'queued') throw illegal();
    return { name: 'cancelled' };
  }
  if (from.name === 'cancelling') throw illegal();
  if (isWork(from)) {
    if (ASIDES.includes(to)) return { name: to as AsideState, returnTo: from.name };
    if (!WORK[from.name].includes(to)) throw illegal();
    return { name: to } as RunState;
  }
  if (to === 'cancelling') return { name: 'cancelling', returnTo: base };
  if (to === base) return { name: base };
  throw illegal();
}

/** The five states that a person thinks in. */
export type PersonState = 'Idle' | 'Thinking' | 'AwaitingUserInput' | 'ExecutingTool' | 'Error';

/** Pure function of the run's state, its running calls and open interactions. */
export function personState(state: RunState | null, runningCalls: number, openInteractions: number): PersonState {
  if (!state || state.name === 'completed' || state.name === 'cancelled' || state.name === 'suspended') return 'Idle';
  if (state.name === 'failed' || state.name === 'exhausted') return 'Error';
  if (openInteractions > 0 && runningCalls === 0) return 'AwaitingUserInput';
  if (runningCalls > 0) return 'ExecutingTool';
  return 'Thinking';
}
