import type { RunStateName } from '../../core/agent/agent-state.ts';
import './sign.css';

/** Which panes are lit: 1 planning, 2 acting, 3 observing, 4 reflecting; all four wait for the person; none is idle. */
export type Lit = '' | '1' | '2' | '3' | '4' | '1 2 3 4';

/** The pane of a run's state. */
export function litBy(state: RunStateName): Lit {
  switch (state) {
    case 'queued':
    case 'receiving':
    case 'planning':
    case 'waiting_to_retry':
    case 'compacting':
      return '1';
    case 'acting':
      return '2';
    case 'observing':
      return '3';
    case 'reflecting':
    case 'cancelling':
      return '4';
    case 'awaiting_interaction':
      return '1 2 3 4';
    case 'completed':
    case 'cancelled':
    case 'failed':
    case 'exhausted':
    case 'suspended':
      return '';
  }
}

/** The gable of four panes. It stands in for every spinner, always beside words: it is decoration, they carry it. `live` breathes. */
export function Sign({ lit, live = false }: { lit: Lit; live?: boolean }) {
  return (
    <svg className={`sign ${live ? 'is-live' : ''}`} viewBox="0 0 16 16" data-lit={lit} aria-hidden="true">
      <path className="p p1" d="M1.5 6.5 8 1.5v8H1.5z" />
      <path className="p p2" d="M8 1.5l6.5 5v3H8z" />
      <path className="p p3" d="M8 9.5h6.5v5H8z" />
      <path className="p p4" d="M1.5 9.5H8v5H1.5z" />
      <path className="f" d="M1.5 14.5v-8l6.5-5 6.5 5v8zM1.5 9.5h13M8 1.5v13" />
    </svg>
  );
}

/** The mark of the house, for the wordmark. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 18 18" aria-hidden="true">
      <path d="M9 2.5l6.5 5v3.5H9z" fill="var(--daylight)" />
      <path d="M2.5 15.5v-8l6.5-5 6.5 5v8zM2.5 11h13M9 2.5v13" fill="none" stroke="currentColor" strokeWidth="1.1" strokeLinejoin="round" />
    </svg>
  );
}
