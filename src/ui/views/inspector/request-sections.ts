import type { ConversationSnapshot } from '../../../core/agent/conversation-fold.ts';
import type { Section } from '../../../core/models/request.ts';
import type { RequestSpan, RequestView } from '../../../contract/views.ts';
import { counted } from '../../figures.ts';
import { sourceInWords, type SourceInWords } from './source-in-words.ts';
import { say } from '../../words/say.ts';

/** A section as it is drawn: those of the request, and what came from outside, wherever it stands in it. */
export type ShownSectionName = Section | 'outside';

export interface ShownSpan {
  /** Place among all spans of the request, from 0. */
  readonly index: number;
  readonly span: RequestSpan;
  readonly source: SourceInWords;
}

export interface ShownSection {
  readonly name: ShownSectionName;
  readonly title: string;
  readonly tokens: number;
  /** In US dollars; null: no price known. */
  readonly cost: number | null;
  readonly spans: readonly ShownSpan[];
}

/** From what is the same in every request to what is new in this one; what holds it together comes last. */
const ORDER: readonly ShownSectionName[] = ['system', 'tools', 'plan', 'environment', 'history', 'outside', 'input', 'wire'];

export function sectionNameOf(span: Pick<RequestSpan, 'section' | 'trust'>): ShownSectionName {
  return span.trust === 'untrusted' ? 'outside' : span.section;
}

/** The spans of a request by section, with what each is and costs. Empty sections are left out. */
export function sectionsOf(request: RequestView, snapshot: ConversationSnapshot | undefined): readonly ShownSection[] {
  const groups = new Map<ShownSectionName, ShownSpan[]>();
  const earlier = new Set<string>();
  for (const [index, span] of request.spans.entries()) {
    const name = sectionNameOf(span);
    const group = groups.get(name) ?? [];
    group.push({ index, span, source: sourceInWords(span, earlier, snapshot) });
    groups.set(name, group);
    earlier.add(span.source);
  }
  return ORDER.flatMap((name): ShownSection[] => {
    const spans = groups.get(name);
    if (!spans) return [];
    return [{ name, title: titleOf(name, spans), tokens: sum(spans.map(({ span }) => span.tokens)), cost: costOf(spans), spans }];
  });
}

function titleOf(name: ShownSectionName, spans: readonly ShownSpan[]): string {
  switch (name) {
    case 'system':
      return say`System`;
    case 'tools': {
      const tools = new Set(spans.filter(({ source }) => source.kind === 'tool').map(({ span }) => span.source)).size;
      return tools === 0 ? say`Tools` : say`Tools, ${tools} offered`;
    }
    case 'plan':
      return say`Plan`;
    case 'environment':
      return say`Surroundings`;
    case 'history':
      return say`History, ${counted(spans.length, 'span')}`;
    case 'outside':
      return say`From outside, ${counted(spans.length, 'span')}`;
    case 'input':
      return say`Input of this run`;
    case 'wire':
      return say`Syntax around it, ${counted(spans.length, 'piece')}`;
  }
}

function costOf(spans: readonly ShownSpan[]): number | null {
  const costs = spans.map(({ span }) => span.cost).filter((cost) => cost !== null);
  return costs.length === 0 ? null : sum(costs);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
