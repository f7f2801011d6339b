import {
  Archive,
  Keyboard,
  Bot,
  EyeOff,
  ListChecks,
  Moon,
  PanelLeft,
  PanelRight,
  Rows3,
  Square,
  SquarePen,
  Sun,
  Download,
  Contrast,
  Trash,
  type LucideIcon,
} from 'lucide-react';
import { isActive } from '../../../core/agent/agent-state.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { exportConversation, FORMATS } from '../../export-conversation.ts';
import { isIncognito, openIncognito } from '../../incognito.ts';
import { toggleInspector, toggleSidebar } from '../../layout.ts';
import { choose, look } from '../../look.ts';
import { currentRoute, goTo } from '../../route.ts';
import { chooseAgent, useAgents } from '../../stores/agents-store.ts';
import { useConversationStore } from '../../stores/conversation-store.ts';
import { putAway, useConversations } from '../../stores/conversations-store.ts';
import { latestRun } from '../../stores/open-conversation.ts';
import { remember, recall } from '../../stores/memory-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { focusComposer, showShortcuts } from '../../stores/ui-store.ts';
import { SHORTCUTS } from '../../shortcuts.ts';
import { SECTION_WORDS, SECTIONS } from '../settings/sections.ts';
import { say } from '../../words/say.ts';

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly keys?: string;
  /** Other words by which it is found. */
  readonly also: string;
  readonly run: () => void;
}

/** What can be done now, from where the window is. */
export function commandsNow(): readonly Command[] {
  return [...aboutThisConversation(), ...aboutTheWindow(), ...incognito(), ...withAgents(), ...aboutTheLook(), ...settings()];
}

function aboutThisConversation(): readonly Command[] {
  const route = currentRoute();
  if (route.screen === 'settings') return [];
  if (route.screen === 'new') {
    const isPlanning = recall('choice:mode') === 'plan';
    return [planMode(isPlanning, () => remember('choice:mode', isPlanning ? '' : 'plan'))];
  }
  const open = useConversationStore.getState().open.get(route.id);
  if (!open) return [];
  const { id } = route;
  const run = latestRun(open);
  const isPlanning = open.snapshot.mode === 'plan';
  const stop: Command = {
    id: 'stop',
    title: say`Stop the run`,
    icon: Square,
    keys: SHORTCUTS.stop.keys,
    also: say`cancel end halt`,
    run: () => void api.runs.stop({ runId: run?.id ?? '' }).catch(told),
  };
  return [
    ...(run && run.isHere && isActive(run.state) ? [stop] : []),
    planMode(isPlanning, () => void api.conversations.update({ id, mode: isPlanning ? 'ask' : 'plan' }).catch(told)),
    ...FORMATS.map(({ format, name }) => ({
      id: `export-${format}`,
      title: say`Export this conversation as ${name}`,
      icon: Download,
      also: say`save download file html`,
      run: () => void exportConversation(id, format),
    })),
    ...outOfTheList(id),
  ];
}

function outOfTheList(id: string): readonly Command[] {
  const line = useConversations.getState().lines.find((each) => each.id === id);
  if (!line) return [];
  return [
    {
      id: 'archive',
      title: say`Archive this conversation`,
      icon: Archive,
      also: say`put away hide`,
      run: () => void putAway(line, 'archive'),
    },
    {
      id: 'trash',
      title: say`Move this conversation to the trash`,
      icon: Trash,
      also: say`delete remove`,
      run: () => void putAway(line, 'trash'),
    },
  ];
}

function planMode(isOn: boolean, toggle: () => void): Command {
  return {
    id: 'plan',
    title: isOn ? say`Leave plan mode` : say`Plan first: change nothing before the plan is approved`,
    icon: ListChecks,
    also: say`plan mode toggle`,
    run: () => {
      toggle();
      focusComposer();
    },
  };
}

function withAgents(): readonly Command[] {
  const { agents } = useAgents.getState();
  return agents
    .filter((agent) => agent.isApproved)
    .map((agent) => ({
      id: `agent-${agent.id}`,
      title: say`New conversation with ${agent.name}`,
      icon: Bot,
      also: say`agent ${agent.about}`,
      run: () => {
        chooseAgent(agent.id);
        begin();
      },
    }));
}

function aboutTheWindow(): readonly Command[] {
  return [
    { id: 'new', title: say`New conversation`, icon: SquarePen, keys: SHORTCUTS.new.keys, also: say`chat start`, run: begin },
    {
      id: 'inspector',
      title: say`Show or hide the inspector`,
      icon: PanelRight,
      keys: SHORTCUTS.inspector.keys,
      also: say`context runs files plan`,
      run: toggleInspector,
    },
    {
      id: 'sidebar',
      title: say`Show or hide the sidebar`,
      icon: PanelLeft,
      keys: SHORTCUTS.sidebar.keys,
      also: say`list conversations`,
      run: toggleSidebar,
    },
    {
      id: 'shortcuts',
      title: say`Keys: every shortcut`,
      icon: Keyboard,
      keys: SHORTCUTS.shortcuts.keys,
      also: say`keyboard help hotkeys`,
      run: showShortcuts,
    },
  ];
}

function begin(): void {
  goTo({ screen: 'new' });
  focusComposer();
}

function aboutTheLook(): readonly Command[] {
  const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark' || (look('theme') === 'system' && prefersDark());
  const isCompact = look('density') === 'compact';
  const isStrong = look('contrast') === 'more';
  return [
    {
      id: 'theme',
      title: isDark ? say`Day: the light theme` : say`Night: the dark theme`,
      icon: isDark ? Sun : Moon,
      also: say`theme light dark mode look`,
      run: () => choose('theme', isDark ? 'light' : 'dark'),
    },
    {
      id: 'density',
      title: isCompact ? say`Comfortable rows` : say`Compact rows`,
      icon: Rows3,
      also: say`density look`,
      run: () => choose('density', isCompact ? 'comfortable' : 'compact'),
    },
    {
      id: 'contrast',
      title: isStrong ? say`Usual contrast` : say`More contrast`,
      icon: Contrast,
      also: say`accessibility look`,
      run: () => choose('contrast', isStrong ? 'system' : 'more'),
    },
  ];
}

function prefersDark(): boolean {
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

function settings(): readonly Command[] {
  return SECTIONS.map((section): Command => {
    const { title, icon, about } = SECTION_WORDS[section];
    return {
      id: `settings:${section}`,
      title: say`Settings: ${title}`,
      icon,
      also: about,
      run: () => goTo({ screen: 'settings', section }),
    };
  });
}

/** Beside the usual server only: a window that keeps nothing needs no other. */
function incognito(): readonly Command[] {
  if (isIncognito) return [];
  return [
    {
      id: 'incognito',
      title: say`Incognito window: nothing of it is kept`,
      icon: EyeOff,
      also: say`private secret temporary memory`,
      run: () => void openIncognito(),
    },
  ];
}

function told(error: unknown): void {
  tell(failureInWords(failureOf(error)));
}
