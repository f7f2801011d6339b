import { ChevronDown, ChevronsUpDown, ChevronUp, Copy, Terminal } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { RequestLine, RequestView } from '../../../contract/views.ts';
import { Blank } from '../../components/blank.tsx';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { bytes, counted, exactTime, money, tokens as shortTokens, wholeNumber } from '../../figures.ts';
import { useOpen } from '../../stores/conversation-store.ts';
import { useModels } from '../../stores/models-store.ts';
import { ContextBar } from './context-bar.tsx';
import { copyText } from '../../clipboard.ts';
import { sectionsOf } from './request-sections.ts';
import { SpanList } from './span-list.tsx';
import { useRequest, useRequests } from './use-requests.ts';
import { WholeBody } from './whole-body.tsx';
import { say } from '../../words/say.ts';

interface ContextTabProps {
  readonly conversationId: string;
  /** The request that is looked at; null: always the newest. */
  readonly chosen: string | null;
  readonly onChoose: (requestId: string | null) => void;
}

/** What went to the model: each request by section and span, exactly as it was sent. */
export function ContextTab({ conversationId, chosen, onChoose }: ContextTabProps) {
  const requests = useRequests(conversationId);
  const lines = requests.value ?? [];
  const found = chosen === null ? -1 : lines.findIndex((line) => line.id === chosen);
  const at = found < 0 ? lines.length - 1 : found;
  const line = lines[at] ?? null;
  const request = useRequest(conversationId, line);

  if (requests.failure && !requests.value) {
    return <Trouble title={say`The requests cannot be read`} failure={requests.failure} onRetry={requests.askAgain} />;
  }
  if (!requests.value) return <WaitingLines lines={6} />;
  if (!line) {
    return <Blank title={say`Nothing was sent yet`}>{say`Each request to the model will stand here as it was sent, byte for byte.`}</Blank>;
  }
  return (
    <>
      <RequestPicker lines={lines} at={at} onChoose={(next) => onChoose(next === lines.length - 1 ? null : (lines[next]?.id ?? null))} />
      {request.failure ? (
        <Trouble title={say`This request cannot be read`} failure={request.failure} onRetry={request.askAgain} />
      ) : request.value ? (
        <OneRequest key={request.value.id} request={request.value} conversationId={conversationId} isLatest={at === lines.length - 1} />
      ) : (
        <WaitingLines lines={6} />
      )}
    </>
  );
}

function RequestPicker({ lines, at, onChoose }: { lines: readonly RequestLine[]; at: number; onChoose: (at: number) => void }) {
  const line = lines[at];
  return (
    <div className="inspector-picker">
      <Menu
        name={say`Requests`}
        trigger={
          <button type="button" className="pick">
            {say`Request`} {at + 1} {say`of`} {lines.length} · {line ? exactTime(line.createdAt) : ''}
            <Icon of={ChevronsUpDown} small />
          </button>
        }
      >
        {lines.map((each, index) => (
          <MenuItem
            key={each.id}
            chosen={index === at}
            hint={each.usage ? shortTokens(each.usage.input, each.usage.exact) : say`at work`}
            onSelect={() => onChoose(index)}
          >
            {say`Request`} {index + 1} · {exactTime(each.createdAt)}
          </MenuItem>
        ))}
      </Menu>
      <span className="grow" />
      <IconButton icon={ChevronUp} name={say`Earlier request`} disabled={at === 0} onClick={() => onChoose(at - 1)} />
      <IconButton icon={ChevronDown} name={say`Later request`} disabled={at === lines.length - 1} onClick={() => onChoose(at + 1)} />
    </div>
  );
}

function OneRequest({ request, conversationId, isLatest }: { request: RequestView; conversationId: string; isLatest: boolean }) {
  const snapshot = useOpen(conversationId, (open) => open.snapshot);
  const [view, setView] = useState<'spans' | 'text'>('spans');
  const messages = snapshot?.messages.length;
  // Sources are told by messages and calls: their number says when there is more to know; growing words change nothing here.
  // oxlint-disable-next-line react/exhaustive-deps
  const sections = useMemo(() => sectionsOf(request, snapshot), [request, messages, snapshot?.calls]);
  const estimate = useMemo(() => request.spans.reduce((sum, span) => sum + span.tokens, 0), [request]);
  const { usage, window } = request;
  const total = usage && usage.input > 0 ? usage.input : estimate;
  const isExact = usage !== null && usage.exact && usage.input > 0;
  const free = window === null ? null : Math.max(0, window - total);
  if (request.removedAfter !== undefined) {
    return (
      <>
        <Envelope request={request} />
        <p className="inspector-facts">
          {say`The words of this request were removed after`} {counted(request.removedAfter, 'day')}
          {say`, as Settings → Data has it.`}
        </p>
      </>
    );
  }
  return (
    <>
      <p className="inspector-sum">
        <b>
          {isExact ? '' : '≈ '}
          {wholeNumber(total)}
        </b>
        <span className="quiet">
          {window === null ? say`tokens` : say`of ${wholeNumber(window)} tokens`} · {isExact ? say`exact` : say`estimate`}
        </span>
        <span className="grow" />
        <span className="medium">{money(request.cost)}</span>
      </p>
      <ContextBar sections={sections} total={Math.max(1, estimate)} window={window} />
      <p className="inspector-facts">
        {usage && usage.cachedRead > 0 ? (
          <span>
            {wholeNumber(usage.cachedRead)} {say`read from the cache`}
          </span>
        ) : null}
        {usage && usage.cachedWrite > 0 ? (
          <span>
            {wholeNumber(usage.cachedWrite)} {say`written to the cache`}
          </span>
        ) : null}
        {usage && usage.output > 0 ? (
          <span>
            {wholeNumber(usage.output)} {say`answered`}
          </span>
        ) : null}
        {free === null ? null : (
          <span>
            {say`room for the answer:`} {wholeNumber(free)}
          </span>
        )}
      </p>
      <Envelope request={request} />
      <div className="inspector-view">
        <Segmented
          name={say`How the request is shown`}
          value={view}
          options={[
            { value: 'spans', label: say`By span` },
            { value: 'text', label: say`As one text` },
          ]}
          onChange={setView}
        />
        <span className="grow" />
        <IconButton
          icon={Copy}
          name={say`Copy the body`}
          onClick={() => void copyText(request.spans.map((span) => span.text).join(''), say`Copied ${bytes(request.bytes)}, byte for byte`)}
        />
        {request.curl === null ? null : (
          <IconButton
            icon={Terminal}
            name={say`Copy as curl, without the key`}
            onClick={() => void copyText(request.curl ?? '', say`Copied as curl; the key stands as a variable`)}
          />
        )}
      </div>
      {view === 'spans' ? (
        <SpanList sections={sections} free={free} trim={isLatest ? (snapshot?.trim ?? null) : null} isExact={isExact} />
      ) : (
        <WholeBody request={request} />
      )}
    </>
  );
}

/** Where it went, and the headers that went with it. */
function Envelope({ request }: { request: RequestView }) {
  const [isOpen, setOpen] = useState(false);
  const headers = Object.entries(request.headers);
  const destination = useModels((state) => state.models.find((model) => model.id === request.model)?.destination);
  const isEmbedded = request.method === 'LOCAL';
  const stays = isEmbedded || destination?.kind === 'machine';
  return (
    <div className="envelope">
      <p>
        <span className="quiet">{stays ? say`Stays on this machine` : say`Goes to`}</span>{' '}
        <span className="mono envelope-url">{isEmbedded ? request.model : `${request.method} ${request.url}`}</span>
      </p>
      <p className="envelope-facts">
        <span>{isEmbedded ? bytes(request.bytes) : `${request.model} · ${bytes(request.bytes)}`}</span>
        {headers.length > 0 ? (
          <Button look="plain" small aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? say`Hide the headers` : say`${headers.length} headers`}
          </Button>
        ) : null}
      </p>
      {isOpen ? (
        <dl className="envelope-headers mono">
          {headers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </div>
  );
}
