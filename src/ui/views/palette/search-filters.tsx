import { Command } from 'cmdk';
import { ListFilter, X } from 'lucide-react';
import type { TypedFilter } from '../../../core/models/search-query.ts';
import { Icon } from '../../components/icon.tsx';
import { useAgents } from '../../stores/agents-store.ts';
import { useFolders } from '../../stores/folders-store.ts';
import { useWorkspaces } from '../../stores/workspaces-store.ts';
import { completionsOf } from './filter-completions.ts';
import { say } from '../../words/say.ts';

interface FilterChipsProps {
  readonly filters: readonly TypedFilter[];
  readonly notes: readonly string[];
  readonly onRemove: (filter: TypedFilter) => void;
}

/** The filters of a search, each to be taken away; and what of it was not understood. */
export function FilterChips({ filters, notes, onRemove }: FilterChipsProps) {
  if (filters.length === 0 && notes.length === 0) return null;
  return (
    <div className="palette-chips">
      {filters.map((filter) => (
        <button
          key={filter.text}
          type="button"
          className="palette-chip"
          aria-label={say`Without ${filter.text}`}
          onClick={() => onRemove(filter)}
        >
          {filter.text} <Icon of={X} small />
        </button>
      ))}
      {notes.map((note) => (
        <p key={note} className="quiet" role="status">
          {note}
        </p>
      ))}
    </div>
  );
}

/** What the word that is being typed can become. */
export function FilterCompletions({ typed, onChoose }: { typed: string; onChoose: (typed: string) => void }) {
  const agents = useAgents((state) => state.agents);
  const folders = useFolders((state) => state.folders);
  const workspaces = useWorkspaces((state) => state.workspaces);
  const completions = completionsOf(typed, {
    agents: agents.map(({ name }) => name),
    folders: folders.map(({ name }) => name),
    workspaces: workspaces.map(({ name }) => name),
  });
  if (completions.length === 0) return null;
  return (
    <Command.Group heading={<span className="palette-heading label">{say`Narrow it`}</span>}>
      {completions.map(({ text, about, typed: next }) => (
        <Command.Item key={text} value={`filter:${text}`} className="hit" onSelect={() => onChoose(next)}>
          <Icon of={ListFilter} />
          <span className="cut">{text}</span>
          <span className="end">{about}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}
