import { Command } from 'cmdk';
import { CornerDownRight, MessageSquare, MessageSquareText, Search, Wrench, type LucideIcon } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { isActive } from '../../../core/agent/agent-state.ts';
import type { SearchHit, SearchKind } from '../../../core/models/records.ts';
import { parseSearch, withoutFilter } from '../../../core/models/search-query.ts';
import type { ConversationLine } from '../../../contract/views.ts';
import { failureInWords } from '../../api.ts';
import { Icon } from '../../components/icon.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { litBy, Sign } from '../../components/sign.tsx';
import { counted, daysAgo, dayOf, timeOfDay } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { useConversations } from '../../stores/conversations-store.ts';
import { commandsNow, type Command as Act } from './commands.ts';
import { MarkedText } from './marked-text.tsx';
import { markWords, nearHit } from './marks-in.ts';
import { FilterChips, FilterCompletions } from './search-filters.tsx';
import { useSearch } from './use-search.ts';
import { say } from '../../words/say.ts';
import './palette.css';

const KINDS: Record<SearchKind, { readonly icon: LucideIcon; readonly word: string }> = {
  message: { icon: MessageSquareText, word: say`Message` },
  tool_input: { icon: Wrench, word: say`Asked of a tool` },
  tool_result: { icon: CornerDownRight, word: say`Tool` },
};

/** Conversations and commands that are shown while nothing is typed. */
const RECENT = 5;
const SHOWN_TITLES = 5;
const SHOWN_ACTS = 4;

/** Search over everything that was ever said or done, the conversations by title, and what can be done now. By keyboard alone. */
export function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState('');
  const search = useSearch(typed);
  const lines = useConversations((state) => state.lines);
  // What can be done is asked once, when it opens: it does not change under one's hands.
  const acts = useMemo(() => commandsNow(), []);
  const query = typed.trim();
  const { words, filters } = useMemo(() => parseSearch(query), [query]);

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector('input')?.focus();
    return () => element?.close();
  }, []);

  const titles =
    words === '' && query !== ''
      ? []
      : query === ''
        ? lines.slice(0, RECENT).map((line) => ({ line, marked: line.title }))
        : matchingTitles(lines, words);
  const fitting =
    words === '' && query !== ''
      ? []
      : query === ''
        ? acts.map((act) => ({ act, marked: act.title }))
        : matchingActs(acts, words).slice(0, SHOWN_ACTS);
  const isSearched = search.query === query;
  const isEmpty = query !== '' && titles.length === 0 && fitting.length === 0 && search.hits.length === 0;
  const go = (act: () => void) => {
    onClose();
    // After it is closed: the focus goes back first, and then where the act wants it.
    setTimeout(act);
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- the backdrop; Escape is the key for it
    <dialog
      ref={dialog}
      className="palette"
      aria-label={say`Search and commands`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <Command
        shouldFilter={false}
        loop
        label={say`Search and commands`}
        value={chosen}
        onValueChange={setChosen}
        className="palette-inside"
      >
        <div className="palette-line">
          <Icon of={Search} />
          <Command.Input value={typed} onValueChange={setTyped} placeholder={say`Search everything, or say what to do`} />
          <Kbd>{say`Esc`}</Kbd>
        </div>
        <FilterChips
          filters={filters}
          notes={isSearched ? search.notes : []}
          onRemove={(filter) => setTyped(withoutFilter(typed, filter))}
        />
        <Command.List className="palette-list" label={say`Results`}>
          <FilterCompletions typed={typed} onChoose={setTyped} />
          {query === '' ? null : <Acts acts={fitting} onRun={go} />}
          {titles.length > 0 ? (
            <Command.Group heading={<Heading title={query === '' ? say`Recent` : say`Conversations`} />}>
              {titles.map(({ line, marked }) => (
                <Command.Item
                  key={line.id}
                  value={`title:${line.id}`}
                  className="hit"
                  onSelect={() => go(() => goTo({ screen: 'conversation', id: line.id, messageId: null }))}
                >
                  <ConversationSign line={line} />
                  <span className="cut">
                    <MarkedText text={marked} />
                  </span>
                  <span className="end">{stateOf(line) ?? whenWords(line.updatedAt)}</span>
                </Command.Item>
              ))}
            </Command.Group>
          ) : null}
          {search.hits.length > 0 ? (
            <Command.Group heading={<Heading title={say`In messages and tools`} aside={hitCount(search.hits)} />}>
              {search.hits.map((hit, index) => (
                <OneHit
                  key={`${hit.messageId}:${hit.kind}:${index}`}
                  hit={hit}
                  index={index}
                  isFirst={hit.conversationId !== search.hits[index - 1]?.conversationId}
                  onOpen={go}
                />
              ))}
            </Command.Group>
          ) : null}
          {query === '' ? <Acts acts={fitting} onRun={go} /> : null}
          {isEmpty && isSearched && !search.failure ? (
            <p className="palette-none">
              {say`Nothing says “`}
              {query}”. <span className="quiet">{say`Messages, what tools were asked and what they found are all searched.`}</span>
            </p>
          ) : null}
          {isEmpty && query.length < 2 ? <p className="palette-none quiet">{say`Two letters at least`}</p> : null}
          {search.failure ? (
            <p className="palette-none harm" role="alert">
              {say`The search did not answer:`} {failureInWords(search.failure)}
            </p>
          ) : null}
        </Command.List>
        <div className="palette-keys" aria-hidden="true">
          <KeyHint keys="↵">
            {chosen.startsWith('hit:') ? say`Open the message` : chosen.startsWith('act:') ? say`Do it` : say`Open`}
          </KeyHint>
          <KeyHint keys="↑ ↓">{say`Choose`}</KeyHint>
          <span className="grow" />
          {isSearched && search.took !== null ? (
            <span>
              {Math.max(1, Math.round(search.took))} {say`ms`}
            </span>
          ) : null}
        </div>
      </Command>
    </dialog>
  );
}

function Acts({ acts, onRun }: { acts: readonly { act: Act; marked: string }[]; onRun: (act: () => void) => void }) {
  if (acts.length === 0) return null;
  return (
    <Command.Group heading={<Heading title={say`Do`} />}>
      {acts.map(({ act, marked }) => (
        <Command.Item key={act.id} value={`act:${act.id}`} className="hit" onSelect={() => onRun(act.run)}>
          <Icon of={act.icon} />
          <span className="cut">
            <MarkedText text={marked} />
          </span>
          <span className="end">{act.keys ?? ''}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

interface OneHitProps {
  readonly hit: SearchHit;
  readonly index: number;
  /** Of its conversation. */
  readonly isFirst: boolean;
  readonly onOpen: (act: () => void) => void;
}

function OneHit({ hit, index, isFirst, onOpen }: OneHitProps) {
  const { icon, word } = KINDS[hit.kind];
  return (
    <Command.Item
      value={`hit:${index}:${hit.messageId}`}
      className="hit is-two"
      onSelect={() => onOpen(() => goTo({ screen: 'conversation', id: hit.conversationId, messageId: hit.messageId }))}
    >
      <Icon of={icon} />
      <span className={`cut ${isFirst ? '' : 'quiet'}`}>{isFirst ? hit.conversationTitle : say`in the same conversation`}</span>
      <span className="end">
        {word} · {whenWords(hit.createdAt)}
      </span>
      <span className="cut second">
        <MarkedText text={nearHit(hit.excerpt)} />
      </span>
    </Command.Item>
  );
}

function Heading({ title, aside }: { title: string; aside?: string }) {
  return (
    <span className="palette-heading label">
      <span>{title}</span>
      {aside ? <span>{aside}</span> : null}
    </span>
  );
}

function KeyHint({ keys, children }: { keys: string; children: ReactNode }) {
  return (
    <span>
      <Kbd>{keys}</Kbd> {children}
    </span>
  );
}

function ConversationSign({ line }: { line: ConversationLine }) {
  if (line.openInteractions > 0) return <Sign lit="1 2 3 4" />;
  if (line.lastRunState !== null && isActive({ name: line.lastRunState } as Parameters<typeof isActive>[0]))
    return <Sign lit={litBy(line.lastRunState)} />;
  return <Icon of={MessageSquare} />;
}

function stateOf(line: ConversationLine): ReactNode {
  if (line.openInteractions > 0) return <span className="is-live">{say`waiting`}</span>;
  if (line.lastRunState !== null && isActive({ name: line.lastRunState } as Parameters<typeof isActive>[0]))
    return <span className="is-live">{say`running`}</span>;
  return null;
}

function matchingTitles(lines: readonly ConversationLine[], query: string): { line: ConversationLine; marked: string }[] {
  const found: { line: ConversationLine; marked: string }[] = [];
  for (const line of lines) {
    const marked = markWords(line.title, query);
    if (marked !== null) found.push({ line, marked });
    if (found.length === SHOWN_TITLES) break;
  }
  return found;
}

function matchingActs(acts: readonly Act[], query: string): { act: Act; marked: string }[] {
  return acts.flatMap((act) => {
    const marked = markWords(act.title, query);
    if (marked !== null) return [{ act, marked }];
    return markWords(`${act.title} ${act.also}`, query) === null ? [] : [{ act, marked: act.title }];
  });
}

function hitCount(hits: readonly SearchHit[]): string {
  const conversations = new Set(hits.map((hit) => hit.conversationId)).size;
  return say`${counted(hits.length, 'hit')} in ${counted(conversations, 'conversation')}`;
}

function whenWords(at: number): string {
  const now = Date.now();
  const ago = daysAgo(at, now);
  if (ago <= 0) return timeOfDay(at);
  return ago === 1 ? say`yesterday` : dayOf(at, now);
}
