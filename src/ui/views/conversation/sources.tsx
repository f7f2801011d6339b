import { FileImage, FileText, Globe, ScrollText, type LucideIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useShallow } from 'zustand/shallow';
import { sourceInWords, sourceNamed, sourcesOf, type Source } from '../../../core/models/sources.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/tag.tsx';
import type { PlaceOf } from '../../markdown/places.ts';
import { useConversationStore } from '../../stores/conversation-store.ts';
import { seekCall } from '../../stores/ui-store.ts';
import { say } from '../../words/say.ts';
import './sources.css';

/** Sources that are shown before one asks for all of them. */
const SHOWN = 6;

const ICONS: Readonly<Record<Source['kind'], LucideIcon>> = { file: FileText, document: ScrollText, picture: FileImage, page: Globe };

/** What a run has really read. */
function useSources(conversationId: string, runId: string | null): readonly Source[] {
  const calls = useConversationStore(
    useShallow((state) => {
      const all = runId === null ? undefined : state.open.get(conversationId)?.snapshot.calls.values();
      return all ? [...all].filter((call) => call.runId === runId) : [];
    }),
  );
  return useMemo(() => sourcesOf(calls), [calls]);
}

/** Where a word of the run's answer leads; null while it has read nothing. */
export function usePlaces(conversationId: string, runId: string | null): PlaceOf | null {
  const sources = useSources(conversationId, runId);
  return useMemo(() => {
    if (sources.length === 0) return null;
    return (word) => {
      const source = sourceNamed(word, sources);
      return source === null ? null : () => seekCall(source.callId);
    };
  }, [sources]);
}

/** Below an answer: the places that it came from, each a click away. */
export function Sources({ conversationId, runId }: { conversationId: string; runId: string }) {
  const sources = useSources(conversationId, runId);
  const [isWhole, setWhole] = useState(false);
  if (sources.length === 0) return null;
  const shown = isWhole ? sources : sources.slice(0, SHOWN);
  return (
    <div className="sources" role="group" aria-label={say`Sources of this answer`}>
      <span>{say`Read:`}</span>
      {shown.map((source) => (
        <Chip
          key={source.callId}
          icon={ICONS[source.kind]}
          name={sourceInWords(source)}
          outside={source.kind === 'page' || source.kind === 'document'}
          onOpen={() => seekCall(source.callId)}
        />
      ))}
      {shown.length < sources.length ? (
        <Button look="plain" small onClick={() => setWhole(true)}>
          {say`and`} {sources.length - shown.length} {say`more`}
        </Button>
      ) : null}
    </div>
  );
}
