import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { isActive } from '../../../core/agent/agent-state.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { leadToSought, useWalk } from '../../stores/branch-store.ts';
import { latestRun, type OpenConversation } from '../../stores/open-conversation.ts';
import { useSending } from '../../stores/sending-store.ts';
import { MessageRow } from './message-row.tsx';
import { SendingView } from './sending-view.tsx';
import { turnRows, type TurnRow } from './turn-rows.ts';
import { say } from '../../words/say.ts';

interface MessageListProps {
  readonly open: OpenConversation;
  /** The message that the address names: shown first, and marked. */
  readonly soughtId: string | null;
}

/** Pixels from the end within which the view follows what is written. */
const AT_END = 48;

/** The messages. Only those in sight are drawn; the view follows the end only while the reader is there. */
export function MessageList({ open, soughtId }: MessageListProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => turnRows(open), [open]);
  const conversationId = open.conversation.id;
  const isBusy = useMemo(() => isAtWork(open), [open]);
  const sending = useSending((state) => state.sending);
  const echoes = sending.filter((each) => each.conversationId === conversationId);
  const count = rows.length + echoes.length;
  const [isAtEnd, setAtEnd] = useState(true);

  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    getItemKey: (index) => rows[index]?.message.id ?? echoes[index - rows.length]?.commandId ?? index,
    estimateSize: (index) => estimated(rows[index]),
    overscan: 6,
    rangeExtractor: (range) => withFocused(range, rows),
    paddingStart: 32,
    paddingEnd: 32,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END,
    initialOffset: () => (soughtId === null ? Number.MAX_SAFE_INTEGER : 0),
    onChange: (instance) => setAtEnd(instance.isAtEnd(AT_END)),
  });

  useSoughtMessage(virtualizer, rows, soughtId, open);
  useWalkedMessage(virtualizer, rows);

  // One's own words are always shown.
  const echoCount = echoes.length;
  useEffect(() => {
    if (echoCount > 0) virtualizer.scrollToEnd();
  }, [echoCount, virtualizer]);

  const items = virtualizer.getVirtualItems();
  return (
    <div className="list-room">
      <div
        className="scroll"
        ref={scroll}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        tabIndex={0}
        role="region"
        aria-label={say`Conversation`}
        onKeyDown={(event) => onScrollKey(event, virtualizer)}
      >
        <div className="column list" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            const echo = echoes[item.index - rows.length];
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                data-message={row?.message.id}
                className="list-item"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row ? (
                  <MessageRow
                    {...row}
                    isSought={row.message.id === soughtId}
                    workspace={open.conversation.workspace}
                    isBusy={isBusy}
                    isEnd={item.index === rows.length - 1}
                  />
                ) : echo ? (
                  <SendingView sending={echo} />
                ) : null}
              </div>
            );
          })}
        </div>
      </div>
      {isAtEnd || count === 0 ? null : (
        <Button small className="to-end" onClick={() => virtualizer.scrollToEnd()}>
          <Icon of={ArrowDown} small /> {say`To the end`}
        </Button>
      )}
    </div>
  );
}

/** The rows in sight, and the one that has the focus: who writes in it does not lose it by what comes above it, or by scrolling. */
function withFocused(range: Range, rows: readonly TurnRow[]): number[] {
  const shown = defaultRangeExtractor(range);
  const focused = document.activeElement?.closest<HTMLElement>('.list-item')?.dataset['message'];
  if (focused === undefined) return shown;
  const index = rows.findIndex((row) => row.message.id === focused);
  return index < 0 || shown.includes(index) ? shown : [...shown, index].sort((a, b) => a - b);
}

type List = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>;

/**
 * Keys that go far. Left to the browser they would be a long movement, which ends where the first row on the way turns out to be higher than
 * it was thought to be.
 */
function onScrollKey(event: KeyboardEvent<HTMLDivElement>, virtualizer: List): void {
  const room = event.currentTarget;
  if (event.target !== room || event.ctrlKey || event.metaKey || event.altKey) return;
  const page = room.clientHeight * 0.9;
  switch (event.key) {
    case 'Home':
      virtualizer.scrollToOffset(0);
      break;
    case 'End':
      virtualizer.scrollToEnd();
      break;
    case 'PageUp':
      room.scrollTop -= page;
      break;
    case 'PageDown':
      room.scrollTop += page;
      break;
    default:
      return;
  }
  event.preventDefault();
}

/**
 * Goes to the message of the address, once for each address. What stands before it still comes, and moves it: the view goes after it, until
 * all is there or the person moves the view.
 */
function useSoughtMessage(virtualizer: List, rows: readonly TurnRow[], soughtId: string | null, open: OpenConversation): void {
  const conversationId = open.conversation.id;
  const isAll = open.before === null;
  const done = useRef<string | null>(null);
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (soughtId === null || done.current === soughtId) return;
    const index = rows.findIndex((row) => row.message.id === soughtId);
    if (index < 0) {
      // It stands before what is held, or on another branch: that the server knows.
      if (asked.current !== soughtId) void leadToSought(conversationId, soughtId);
      asked.current = soughtId;
      return;
    }
    virtualizer.scrollToIndex(index, { align: 'start' });
    if (isAll) done.current = soughtId;
  }, [virtualizer, rows, soughtId, conversationId, isAll]);
  useEffect(() => {
    const room = virtualizer.scrollElement;
    const stay = () => {
      done.current = soughtId;
    };
    for (const type of ['wheel', 'pointerdown', 'keydown']) room?.addEventListener(type, stay, { passive: true });
    return () => {
      for (const type of ['wheel', 'pointerdown', 'keydown']) room?.removeEventListener(type, stay);
    };
  }, [virtualizer, soughtId]);
}

/** Draws the message that the person has gone to from another version of it; there it takes over itself. */
function useWalkedMessage(virtualizer: List, rows: readonly TurnRow[]): void {
  const walkedId = useWalk((state) => state.walk?.messageId ?? null);
  useEffect(() => {
    if (walkedId === null) return;
    const index = rows.findIndex((row) => row.message.id === walkedId);
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'center' });
  }, [virtualizer, rows, walkedId]);
}

function isAtWork(open: OpenConversation): boolean {
  const run = latestRun(open);
  return run !== null && isActive(run.state);
}

/** Pixels that a row will take, roughly; it is measured when it is drawn. */
function estimated(row: TurnRow | undefined): number {
  if (!row) return 84;
  let height = row.run ? 72 : 36;
  for (const part of row.message.parts) {
    if (part.type === 'text') height += 48 + Math.ceil(part.text.length / 72) * 26;
    else height += 28;
  }
  return height;
}
