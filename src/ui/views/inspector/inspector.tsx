import { X } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useEffect, useState } from 'react';
import { IconButton } from '../../components/icon-button.tsx';
import { remember, useRecalled } from '../../stores/memory-store.ts';
import { useUi } from '../../stores/ui-store.ts';
import { ContextTab } from './context-tab.tsx';
import { useOpen } from '../../stores/conversation-store.ts';
import { FilesTab, useChangedFiles } from './files-tab.tsx';
import { PlanTab } from './plan-tab.tsx';
import { ResizeHandle } from '../../components/resize-handle.tsx';
import { RunsTab } from './runs-tab.tsx';
import { say } from '../../words/say.ts';
import './inspector.css';

const TABS = ['plan', 'context', 'files', 'runs'] as const;
type Tab = (typeof TABS)[number];

function tabOf(name: string | undefined): Tab {
  return TABS.find((tab) => tab === name) ?? 'context';
}

/** What the agent plans, what it was told, what it changed and what it did: beside the conversation, one click away. */
export function Inspector({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const asked = useUi((state) => state.inspect);
  const recalled = useRecalled('layout:inspector-tab');
  const [request, setRequest] = useState<string | null>(null);
  const [run, setRun] = useState<string | null>(null);
  const files = useChangedFiles(conversationId);
  const hasOthers = useOpen(conversationId, (open) => open.branches.size > 0) ?? false;
  const tab = tabOf(recalled);
  const show = (next: string) => remember('layout:inspector-tab', next === 'context' ? '' : next);

  useEffect(() => {
    if (!asked) return;
    const next = tabOf(asked.tab);
    show(next);
    if (next === 'context') setRequest(asked.id ?? null);
    if (next === 'runs') setRun(asked.id ?? null);
  }, [asked]);
  // Another conversation: its newest request and run.
  useEffect(
    () => () => {
      setRequest(null);
      setRun(null);
    },
    [conversationId],
  );

  return (
    <aside
      className="inspector"
      aria-label={say`Inspector`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <ResizeHandle
        name={say`Width of the inspector`}
        memory="layout:inspector-width"
        property="--inspector-width"
        edge="left"
        narrowest={320}
        usual={400}
        widest={640}
      />
      <Tabs.Root className="inspector-inside" value={tab} onValueChange={show}>
        <div className="inspector-bar">
          <Tabs.List className="inspector-tabs" aria-label={say`What is inspected`}>
            <Tabs.Trigger className="inspector-tab" value="plan">
              {say`Plan`}
            </Tabs.Trigger>
            <Tabs.Trigger className="inspector-tab" value="context">
              {say`Context`}
            </Tabs.Trigger>
            <Tabs.Trigger className="inspector-tab" value="files">
              {say`Files`}
              {files.length > 0 ? <span className="count">{files.length}</span> : null}
            </Tabs.Trigger>
            <Tabs.Trigger className="inspector-tab" value="runs">
              {say`Runs`}
            </Tabs.Trigger>
          </Tabs.List>
          <span className="grow" />
          <IconButton icon={X} name={say`Close the inspector`} keys={say`Esc`} onClick={onClose} />
        </div>
        <Tabs.Content className="inspector-scroll" value="plan">
          <PlanTab conversationId={conversationId} />
        </Tabs.Content>
        <Tabs.Content className="inspector-scroll" value="context">
          <ContextTab conversationId={conversationId} chosen={request} onChoose={setRequest} />
        </Tabs.Content>
        <Tabs.Content className="inspector-scroll" value="files">
          <FilesTab files={files} hasOthers={hasOthers} />
        </Tabs.Content>
        <Tabs.Content className="inspector-scroll" value="runs">
          <RunsTab
            conversationId={conversationId}
            chosen={run}
            onChoose={setRun}
            onOpenRequest={(id) => {
              setRequest(id);
              show('context');
            }}
          />
        </Tabs.Content>
      </Tabs.Root>
    </aside>
  );
}
