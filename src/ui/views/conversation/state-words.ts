import { isActive } from '../../../core/agent/agent-state.ts';
import type { Interaction } from '../../../core/models/interaction.ts';
import type { RunLine } from '../../../contract/views.ts';
import { fetched } from '../../figures.ts';
import { litBy, type Lit } from '../../components/sign.tsx';
import type { OpenConversation } from '../../stores/open-conversation.ts';
import { say } from '../../words/say.ts';

/** The state in words (U1): only what the core announced. */
export interface StateWords {
  readonly lit: Lit;
  readonly words: string;
  /** Quieter, after the words. */
  readonly detail: string;
  /** How far, from 0 to 1, where that is known: of a fetch, of the plan. */
  readonly share: number | null;
}

/** What the run is doing; null when none is at work. */
export function stateWords(open: OpenConversation, run: RunLine | null): StateWords | null {
  if (!run || !isActive(run.state)) return null;
  const plan = planPosition(open);
  const lit = litBy(run.state.name);
  const asks = [...open.snapshot.interactions.values()].filter((each) => each.state === 'open' && each.runId === run.id);
  if (asks.length > 0)
    return { lit: '1 2 3 4', words: say`Waiting for you`, detail: asks.map(askWords).join(', '), share: plan?.share ?? null };
  const progress = open.progress && progressWords(open.progress);
  if (progress) return { lit, ...progress };
  const detail = plan?.words ?? '';
  const share = plan?.share ?? null;
  switch (run.state.name) {
    case 'cancelling':
      return { lit, words: say`Stopping…`, detail, share };
    case 'waiting_to_retry':
      return { lit, words: say`Waiting to try again…`, detail, share };
    case 'compacting':
      return { lit, words: say`Making room…`, detail, share };
    case 'queued':
    case 'receiving':
      return { lit, words: say`Opening the model…`, detail, share };
    default:
  }
  const running = [...open.snapshot.calls.values()].filter((call) => call.runId === run.id && call.state === 'started');
  const [first] = running;
  if (first) {
    const more = running.length > 1 ? say`and ${running.length - 1} more` : '';
    const words = (first.words?.present ?? first.tool).replaceAll('`', '');
    return { lit: '2', words: `${words}…`, detail: [more, detail].filter(Boolean).join(' · '), share };
  }
  const last = open.snapshot.messages.at(-1)?.parts.at(-1);
  if (last?.type === 'text' && last.state === 'open' && last.text !== '') return { lit, words: say`Writing…`, detail, share };
  return { lit, words: say`Thinking…`, detail, share };
}

function progressWords(progress: NonNullable<OpenConversation['progress']>): Omit<StateWords, 'lit'> {
  const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
  switch (progress.what) {
    case 'fetching':
      return {
        words: `${progress.detail ?? say`Fetching the model`}…`,
        detail: fetched(progress.done, progress.total, progress.bytesPerSecond ?? null, progress.secondsLeft ?? null),
        share,
      };
    case 'loading':
      return { words: say`Loading the model…`, detail: share === null ? '' : `${Math.round(share * 100)}\u00a0%`, share };
    case 'reading':
      return { words: say`Reading what was said…`, detail: share === null ? '' : `${Math.round(share * 100)}\u00a0%`, share };
  }
}

function planPosition(open: OpenConversation): { words: string; share: number } | null {
  const items = open.snapshot.plan?.items.filter((item) => item.state !== 'dropped') ?? [];
  if (items.length === 0) return null;
  const done = items.filter((item) => item.state === 'done').length;
  return { words: say`${Math.min(items.length, done + 1)} of ${items.length} in the plan`, share: done / items.length };
}

/** What is asked, in a few words: "run npm test", "one question". */
function askWords(interaction: Interaction): string {
  const { prompt } = interaction;
  switch (prompt.kind) {
    case 'approval': {
      const title = prompt.title.replace(/\?$/, '').replaceAll('`', '');
      return title.charAt(0).toLowerCase() + title.slice(1);
    }
    case 'question':
      return prompt.question;
    case 'plan_approval':
      return say`is the plan right?`;
    case 'loop':
      return prompt.question;
  }
}
