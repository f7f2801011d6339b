import { ArrowUp, ListChecks, Plus } from 'lucide-react';
import { memo, useEffect, useLayoutEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react';
import { isActive } from '../../../core/agent/agent-state.ts';
import { api, failureOf, upload, type CallFailure } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { ALT, Kbd } from '../../components/kbd.tsx';
import { takeEarlyWords } from '../../early-field.ts';
import { goTo } from '../../route.ts';
import { chosenAgent } from '../../stores/agents-store.ts';
import { chosenModel, keepModelOfBeginning } from '../../stores/chosen-model.ts';
import { useOpen } from '../../stores/conversation-store.ts';
import { latestRun } from '../../stores/open-conversation.ts';
import { memoryIsLoaded, recall, remember, useRecalled } from '../../stores/memory-store.ts';
import { sendMessage } from '../../stores/sending-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { useUi } from '../../stores/ui-store.ts';
import { useWorkspaces } from '../../stores/workspaces-store.ts';
import { focusAsk } from '../conversation/ask-card.tsx';
import { longPaste, readFile, release, tooMuch, withOwnName, type Attached } from './attached-file.ts';
import { AttachedFiles } from './attached-files.tsx';
import { FileOffers, useFileOffers } from './file-offers.tsx';
import { InstructionsLine } from './instructions-line.tsx';
import { AgentPicker } from './agent-picker.tsx';
import { ModelPicker } from './model-picker.tsx';
import { StateLine } from './state-line.tsx';
import { useDraftFiles } from './use-draft-files.ts';
import { WaitingInputs } from './waiting-inputs.tsx';
import { WorkspacePicker } from './workspace-picker.tsx';
import { say } from '../../words/say.ts';
import './composer.css';

interface ComposerProps {
  /** Null: what is sent begins a new conversation. */
  readonly conversationId: string | null;
  readonly placeholder?: string;
}

/** Where a message is written: the sill. The state of the run lies on it. */
export const Composer = memo(({ conversationId, placeholder }: ComposerProps) => {
  const draftKey = `draft:${conversationId ?? 'new'}`;
  const draft = useRecalled(draftKey) ?? '';
  const [files, setFiles] = useDraftFiles(draftKey);
  // Several are read at once: each has to know of those before it.
  const latestFiles = useRef(files);
  latestFiles.current = files;
  const isUploading = useRef(false);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const run = useOpen(conversationId ?? '', latestRun) ?? null;
  const isBusy = run !== null && isActive(run.state);
  const isElsewhere = isBusy && !run.isHere;
  const mode = useMode(conversationId);
  const workspace = useChosenWorkspace();
  const ofConversation = useOpen(conversationId ?? '', (open) => open.conversation.workspace);
  const folder = conversationId === null ? workspace.chosen : ofConversation;

  const offers = useFileOffers(area, folder, (text) => remember(draftKey, text));
  useGrowing(area, draft);
  useFocusOnRequest(area);

  const send = async (whenBusy: 'steer' | 'follow_up', words = draft) => {
    const text = words.trim();
    if (text === '' && files.length === 0) {
      if (isBusy) focusAsk();
      return;
    }
    const clear = () => {
      setFailure(null);
      // What was typed in the meantime stays.
      if (recall(draftKey)?.trim() === text) remember(draftKey, '');
      setFiles([]);
    };
    // Bytes are on their way: the same message must not follow them twice.
    if (isUploading.current) return;
    isUploading.current = files.length > 0;
    let model: string | undefined;
    let uploads: readonly string[];
    let place: { workspace: string; agentId?: string } | { conversationId: string };
    try {
      model = await chosenModel(conversationId);
      uploads = await Promise.all(files.flatMap((file) => ('text' in file ? [] : [upload(file.name, file.file)])));
      place = conversationId === null ? { workspace: await workspace.path(), ...beginning() } : { conversationId };
    } catch (error) {
      // Nothing was sent, and the words stand where they are.
      setFailure(failureOf(error));
      return;
    } finally {
      isUploading.current = false;
    }
    const texts = files.filter((file) => 'text' in file);
    const message = {
      ...place,
      text: text === '' ? say`See the attached file.` : text,
      whenBusy,
      ...(model === undefined ? {} : { model }),
      ...(conversationId === null && mode.mode === 'plan' ? { mode: 'plan' as const } : {}),
      ...(uploads.length > 0 ? { uploads } : {}),
      ...(texts.length > 0
        ? { attachments: texts.map((each) => ({ name: each.name, text: each.text, trust: 'untrusted' as const })) }
        : {}),
    };
    const result = await sendMessage(
      message,
      files.map((file) => file.name),
      clear,
    );
    if (!result.ok) {
      // Nothing typed is ever lost: it stands where it was, before what was written since.
      const since = recall(draftKey);
      remember(draftKey, since ? `${text}\n${since}` : text);
      setFiles(files);
      setFailure(result.failure);
      return;
    }
    files.forEach(release);
    if (conversationId === null) {
      mode.set('ask');
      keepModelOfBeginning(result.conversationId);
      goTo({ screen: 'conversation', id: result.conversationId, messageId: null });
    }
  };

  useEarlyWords(area, draftKey, (words) => {
    // They are kept until they are with the server, or back in the field.
    void send('steer', words).finally(() => localStorage.removeItem(`early:${draftKey}`));
  });

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (offers.onKeyDown(event)) return;
    // While an input method composes a word, Enter is its own.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send(event.altKey ? 'follow_up' : 'steer');
  };
  const add = (given: Attached) => {
    const file = withOwnName(given, latestFiles.current);
    const why = tooMuch(file, latestFiles.current);
    if (why !== null) return tell(why);
    latestFiles.current = [...latestFiles.current.filter((each) => each.name !== file.name), file];
    return setFiles(latestFiles.current);
  };
  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      void attach(event.clipboardData.files);
      return;
    }
    const long = longPaste(event.clipboardData.getData('text/plain'), files);
    if (long === null) return;
    event.preventDefault();
    add(long);
  };
  const attach = async (chosen: Iterable<File>) => {
    for (const file of chosen) {
      const read = await readFile(file);
      if (read.ok) add(read.file);
      else tell(read.message);
    }
  };
  const onDrop = (event: DragEvent) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    void attach(event.dataTransfer.files);
  };

  const isEmpty = draft.trim() === '' && files.length === 0;
  return (
    <div className="dock">
      <div className="column">
        <div className="sill" onDrop={onDrop} onDragOver={(event) => event.preventDefault()}>
          {folder === undefined ? null : <InstructionsLine key={folder} workspace={folder} />}
          {conversationId === null ? null : <WaitingInputs conversationId={conversationId} />}
          {conversationId === null ? null : <StateLine conversationId={conversationId} />}
          <div className="compose">
            <AttachedFiles
              files={files}
              conversationId={conversationId}
              onRemove={(name) => setFiles(files.filter((file) => file.name !== name))}
            />
            <FileOffers offers={offers} />
            <textarea
              {...offers.attributes}
              ref={area}
              id="composer"
              aria-label={say`Message`}
              rows={1}
              data-files={files.length}
              value={draft}
              placeholder={isBusy ? say`Steer the run, or queue what comes after` : (placeholder ?? say`Say what should be done`)}
              onChange={(event) => {
                remember(draftKey, event.target.value);
                offers.look();
              }}
              onSelect={offers.look}
              onBlur={offers.close}
              onKeyDown={onKeyDown}
              onPaste={onPaste}
            />
            {failure ? (
              <p className="compose-failure" role="alert">
                <span className="medium">{say`Not sent.`}</span> {failure.message} {failure.advice.includes('`') ? '' : failure.advice}{' '}
                {say`Your words are kept.`}
              </p>
            ) : null}
            <div className="compose-tools">
              <AttachButton onChoose={attach} />
              <WorkspacePicker conversationId={conversationId} chosen={workspace.chosen} />
              <AgentPicker conversationId={conversationId} />
              <ModelPicker conversationId={conversationId} />
              <Button
                look="plain"
                small
                className="plan-toggle"
                aria-pressed={mode.mode === 'plan'}
                title={say`Plan first: only reading tools until you have approved the plan`}
                onClick={() => mode.set(mode.mode === 'plan' ? 'ask' : 'plan')}
              >
                <Icon of={ListChecks} small /> <span className="plan-word">{say`Plan first`}</span>
              </Button>
              <span className="grow" />
              {isBusy && !isElsewhere ? (
                <>
                  <Button look="plain" small disabled={isEmpty} className="queue" onClick={() => void send('follow_up')}>
                    {say`Queue`} <Kbd>{`${ALT} ↵`}</Kbd>
                  </Button>
                  <Button look="main" small disabled={isEmpty} onClick={() => void send('steer')}>
                    {say`Steer`} <Kbd>↵</Kbd>
                  </Button>
                </>
              ) : (
                <IconButton
                  look="main"
                  icon={ArrowUp}
                  name={say`Send`}
                  keys="↵"
                  disabled={isEmpty || isElsewhere}
                  onClick={() => void send('steer')}
                />
              )}
            </div>
          </div>
        </div>
      </div>
    </div>
  );
});
Composer.displayName = 'Composer';

/** What a new conversation begins with beside the words. */
function beginning(): { agentId?: string } {
  const agent = chosenAgent();
  return agent ? { agentId: agent.id } : {};
}

function AttachButton({ onChoose }: { onChoose: (files: Iterable<File>) => Promise<void> }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon={Plus} name={say`Attach pictures, PDFs or text files`} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        aria-label={say`Files to attach`}
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])];
          event.target.value = '';
          void onChoose(chosen);
        }}
      />
    </>
  );
}

/** The first composer goes on where the field left off that stood in its place. */
function useEarlyWords(area: React.RefObject<HTMLTextAreaElement | null>, draftKey: string, send: (words: string) => void): void {
  useLayoutEffect(() => {
    const early = takeEarlyWords();
    const element = area.current;
    if (early === null || element === null) return;
    if (early.hasFocus) element.focus({ preventScroll: true });
    // A field in which nothing was written says nothing of a draft that this browser did not have.
    if (early.text !== '') {
      if (early.text !== (recall(draftKey) ?? '')) remember(draftKey, early.text);
      // Here already when it is drawn anew, so that the caret stays where it is.
      element.value = early.text;
      element.setSelectionRange(...early.selection);
    }
    if (early.sent !== null) send(early.sent);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once, as it comes into the page
  }, []);
}

/** Rows as many as there are lines, up to a third of the window. */
function useGrowing(area: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    // Where the style sheet can say it, nothing has to be measured.
    if (!element || CSS.supports('field-sizing', 'content')) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, Math.max(120, globalThis.innerHeight / 3))}px`;
  }, [area, text]);
}

/** Takes the focus at first, and whenever another part of the page hands it over. */
function useFocusOnRequest(area: React.RefObject<HTMLTextAreaElement | null>): void {
  const asked = useUi((state) => state.composerFocus);
  const before = useRef(asked);
  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (asked === 0 && matchMedia('(pointer: coarse)').matches) return;
    const isAsked = asked !== before.current;
    before.current = asked;
    // Opened again while something waits for the person: the keys are its own, unless there are words to go on with.
    if (!isAsked && area.current?.value === '' && focusAsk()) return;
    area.current?.focus({ preventScroll: true });
  }, [area, asked]);
}

function useMode(conversationId: string | null): { mode: 'ask' | 'plan'; set: (mode: 'ask' | 'plan') => void } {
  const remembered = useRecalled('choice:mode') === 'plan' ? 'plan' : 'ask';
  const ofConversation = useOpen(conversationId ?? '', (open) => open.snapshot.mode);
  if (conversationId === null) return { mode: remembered, set: (mode) => remember('choice:mode', mode === 'plan' ? 'plan' : '') };
  return {
    mode: ofConversation ?? 'ask',
    set: (mode) => void api.conversations.update({ id: conversationId, mode }).catch((error: unknown) => tell(failureOf(error).message)),
  };
}

/** Where a new conversation works: the folder chosen last, else the first known, else the example. */
function useChosenWorkspace(): { chosen: string | undefined; path: () => Promise<string> } {
  const remembered = useRecalled('choice:workspace');
  const first = useWorkspaces((state) => state.workspaces[0]?.path);
  const path = async () => {
    await memoryIsLoaded;
    return recall('choice:workspace') ?? useWorkspaces.getState().workspaces[0]?.path ?? (await api.workspaces.example({})).path;
  };
  return { chosen: remembered ?? first, path };
}
