import { Bot, ChevronsUpDown } from 'lucide-react';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../components/menu.tsx';
import { Visible } from '../../components/visible.tsx';
import { goTo } from '../../route.ts';
import { chooseAgent, useAgents, useChosenAgent } from '../../stores/agents-store.ts';
import { useOpen } from '../../stores/conversation-store.ts';
import { focusComposer } from '../../stores/ui-store.ts';
import { say } from '../../words/say.ts';

/** Which agent a new conversation begins with. A conversation keeps the one that it began with. Nothing where there is none to choose. */
export function AgentPicker({ conversationId }: { conversationId: string | null }) {
  const agents = useAgents((state) => state.agents);
  const chosen = useChosenAgent();
  if (conversationId !== null) return <AgentName conversationId={conversationId} />;
  if (agents.length === 0) return null;
  const choose = (id: string | null) => {
    chooseAgent(id);
    focusComposer();
  };
  return (
    <Menu
      name={say`Agent`}
      wide
      side="top"
      trigger={
        <button type="button" className="pick" title={chosen?.about}>
          <Icon of={Bot} small />
          <span className="unseen">{say`Agent:`}</span>
          <span className="cut">{chosen ? <Visible text={chosen.name} /> : 'Glasshouse'}</span>
          <Icon of={ChevronsUpDown} small />
        </button>
      }
    >
      <MenuLabel>{say`Begin with`}</MenuLabel>
      <MenuItem chosen={chosen === undefined} hint={say`all tools, no instructions of its own`} onSelect={() => choose(null)}>
        {say`Glasshouse`}
      </MenuItem>
      {agents.map((agent) => (
        <MenuItem
          key={agent.id}
          chosen={agent.id === chosen?.id}
          hint={agent.isApproved ? <Visible text={agent.about} /> : say`not approved yet: read it first`}
          onSelect={() => (agent.isApproved ? choose(agent.id) : goTo({ screen: 'settings', section: 'agents' }))}
        >
          <Visible text={agent.name} />
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => goTo({ screen: 'settings', section: 'agents' })}>{say`Agents…`}</MenuItem>
    </Menu>
  );
}

/** The agent that works in a conversation, where it has one. */
function AgentName({ conversationId }: { conversationId: string }) {
  const id = useOpen(conversationId, (open) => open.conversation.agentId);
  const agent = useAgents((state) => state.agents.find((each) => each.id === id));
  if (id === undefined) return null;
  return (
    <span
      className="pick is-fixed"
      title={
        agent
          ? agent.about
          : say`The agent that this conversation began with was deleted: it goes on without its words, and with tools that change nothing`
      }
    >
      <Icon of={Bot} small />
      <span className="unseen">{say`Agent:`}</span>
      <span className="cut">{agent ? <Visible text={agent.name} /> : say`Deleted agent`}</span>
    </span>
  );
}
