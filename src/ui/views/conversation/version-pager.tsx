import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { IconButton } from '../../components/icon-button.tsx';
import { endWalk, useWalk, walkTo, type Walk } from '../../stores/branch-store.ts';
import { say } from '../../words/say.ts';

interface VersionPagerProps {
  readonly conversationId: string;
  /** The version that is shown; null: none of them, it comes after them. */
  readonly messageId: string | null;
  /** All of them, the oldest first. */
  readonly versions: readonly string[];
  readonly of: 'message' | 'answer';
  /** While a run is at work nobody goes to another branch. */
  readonly isBusy: boolean;
}

/** `‹ 2 / 3 ›`: the versions of a message, and the way from one to the next. */
export function VersionPager({ conversationId, messageId, versions, of, isBusy }: VersionPagerProps) {
  const room = useRef<HTMLSpanElement>(null);
  useArrival(room, messageId);
  const shown = messageId === null ? versions.length : versions.indexOf(messageId);
  const count = messageId === null ? versions.length + 1 : versions.length;
  const go = (direction: Walk['direction']) => {
    const to = versions[shown + (direction === 'earlier' ? -1 : 1)];
    const top = room.current?.getBoundingClientRect().top ?? 0;
    if (to !== undefined) void walkTo(conversationId, { messageId: to, direction, top });
  };
  const why = isBusy ? { title: say`When the run has ended` } : {};
  return (
    <span
      ref={room}
      className="versions"
      role="group"
      aria-label={say`${of === 'answer' ? say`Answer` : say`Version`} ${shown + 1} of ${count}`}
    >
      <IconButton
        icon={ChevronLeft}
        name={say`Earlier ${of === 'answer' ? 'answer' : 'version'}`}
        fine
        data-direction="earlier"
        disabled={isBusy || shown === 0}
        {...why}
        onClick={() => go('earlier')}
      />
      <span aria-hidden="true">
        {shown + 1} / {count}
      </span>
      <IconButton
        icon={ChevronRight}
        name={say`Later ${of === 'answer' ? 'answer' : 'version'}`}
        fine
        data-direction="later"
        disabled={isBusy || shown + 1 >= count}
        {...why}
        onClick={() => go('later')}
      />
    </span>
  );
}

/** Who came here from another version stands where they stood, with the focus on the way on. */
function useArrival(room: React.RefObject<HTMLSpanElement | null>, messageId: string | null): void {
  const walk = useWalk((state) => (state.walk?.messageId === messageId ? state.walk : null));
  useEffect(() => {
    const element = room.current;
    if (!walk || !element) return;
    endWalk();
    const buttons = [...element.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
    const onward = buttons.find((button) => button.dataset['direction'] === walk.direction) ?? buttons[0];
    onward?.focus({ preventScroll: true });
    const scroll = element.closest('.scroll');
    if (scroll) scroll.scrollTop += element.getBoundingClientRect().top - walk.top;
  }, [room, walk]);
}
