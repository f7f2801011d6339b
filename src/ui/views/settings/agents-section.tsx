import { Copy, Download, Ellipsis, Pencil, Plus, Trash2, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import type { AgentView } from '../../../contract/glasshouse.ts';
import { AGENT_FILE_LIMIT } from '../../../core/models/agent-profile.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogButtons } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Tag } from '../../components/tag.tsx';
import { Visible } from '../../components/visible.tsx';
import { goTo } from '../../route.ts';
import { chooseAgent, deleteAgent, duplicateAgent, exportAgent, importAgent, loadAgents, useAgents } from '../../stores/agents-store.ts';
import { shortModelName } from '../../stores/models-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { AgentForm } from './agent-form.tsx';
import { Card, Group, Line } from './card.tsx';
import { say } from '../../words/say.ts';

/** Named ways to work: made, changed, read, given away and taken in. */
export function AgentsSection() {
  const agents = useAgents((state) => state.agents);
  /** What the form is open for: an agent, or a new one. */
  const [edited, setEdited] = useState<string | null>(null);
  const [read, setRead] = useState<AgentView | null>(null);
  const close = () => setEdited(null);
  return (
    <>
      <p className="settings-lead">
        {say`An agent has a name, instructions, a model and the tools that it is offered. A conversation keeps the agent that it began with; what you change here counts from its next run on.`}
      </p>
      <Group title={say`Agents`}>
        <Card>
          <Line title="Glasshouse" detail={say`Built in: all tools, no instructions of its own, the model that you choose`}>
            <Tag look="fill">{say`built in`}</Tag>
          </Line>
          {agents.map((agent) => (
            <OneAgent
              key={agent.id}
              agent={agent}
              isEdited={edited === agent.id}
              onEdit={() => setEdited(agent.id)}
              onRead={() => setRead(agent)}
              onClose={close}
            />
          ))}
          {edited === 'new' ? (
            <div className="agent-new">
              <AgentForm agent={null} onDone={close} />
            </div>
          ) : null}
        </Card>
        <div className="agent-do">
          <Button small onClick={() => setEdited('new')}>
            <Icon of={Plus} small /> {say`New agent`}
          </Button>
          <ImportButton onTaken={setRead} />
        </div>
      </Group>
      <TitlesSetting />
      {read ? <ReadDialog agent={read} onClose={() => setRead(null)} /> : null}
    </>
  );
}

/** Whether a model names conversations: it is one more request, so it can be left out. */
function TitlesSetting() {
  const settings = useAnswer(
    'settings',
    async () => (await api.settings.list({})).settings,
    ({ type }) => type === 'settings_changed' || type === 'reset',
  );
  const setting = settings.value?.find(({ key }) => key === 'titles');
  if (!setting) return null;
  const isFixed = setting.from === 'environment';
  const set = async (value: string) => {
    await api.settings.set({ key: 'titles', value }).catch((error: unknown) => tell(failureInWords(failureOf(error))));
    settings.askAgain();
  };
  return (
    <Group title={say`Names of conversations`}>
      <Card>
        <Line
          title={say`By the model that answered`}
          detail={say`One short request after the first answer, in the background${isFixed ? say`. Set in the environment, which wins` : ''}`}
        >
          {isFixed ? (
            <Tag look="fill">{setting.value ?? 'on'}</Tag>
          ) : (
            <Segmented
              name={say`Names of conversations`}
              value={setting.value === 'off' ? 'off' : 'on'}
              options={[
                { value: 'on', label: say`On` },
                { value: 'off', label: say`Off` },
              ]}
              onChange={(value) => void set(value)}
            />
          )}
        </Line>
      </Card>
    </Group>
  );
}

interface OneAgentProps {
  readonly agent: AgentView;
  readonly isEdited: boolean;
  readonly onEdit: () => void;
  readonly onRead: () => void;
  readonly onClose: () => void;
}

function OneAgent({ agent, isEdited, onEdit, onRead, onClose }: OneAgentProps) {
  const begin = () => {
    chooseAgent(agent.id);
    goTo({ screen: 'new' });
  };
  return (
    <Line
      title={<Visible text={agent.name} />}
      detail={<Visible text={factsOf(agent)} />}
      below={isEdited ? <AgentForm agent={agent} onDone={onClose} /> : undefined}
    >
      {agent.isApproved ? (
        <Button small aria-label={say`Begin with ${agent.name}`} onClick={begin}>
          {say`Begin`}
        </Button>
      ) : (
        <Button small aria-label={say`Read it: ${agent.name}`} onClick={onRead}>
          {say`Read it…`}
        </Button>
      )}
      <Menu name={say`More for ${agent.name}`} align="end" trigger={<IconButton icon={Ellipsis} name={say`More for ${agent.name}`} />}>
        <MenuItem icon={Pencil} disabled={!agent.isApproved} onSelect={onEdit}>
          {say`Edit`}
        </MenuItem>
        <MenuItem icon={Copy} onSelect={() => void duplicateAgent(agent.id)}>
          {say`Duplicate`}
        </MenuItem>
        <MenuItem icon={Download} onSelect={() => void exportAgent(agent.id)}>
          {say`Export`}
        </MenuItem>
        <MenuItem icon={Trash2} harm onSelect={() => void deleteAgent(agent)}>
          {say`Delete`}
        </MenuItem>
      </Menu>
    </Line>
  );
}

function factsOf({ about, model, tools, isApproved }: AgentView): string {
  const facts = [
    isApproved ? null : say`From a file, not approved: it takes no effect`,
    about || null,
    model === null ? null : shortModelName(model),
    tools === null ? say`all tools` : tools.length === 1 ? say`1 tool` : say`${tools.length} tools`,
  ];
  return facts.filter((fact) => fact !== null).join(' · ');
}

function ImportButton({ onTaken }: { onTaken: (agent: AgentView) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > AGENT_FILE_LIMIT * 4) return tell(say`${file.name} is too large to be an agent`);
    const taken = await importAgent(await file.text());
    if (taken) onTaken(taken);
    return undefined;
  };
  return (
    <>
      <Button small look="plain" onClick={() => input.current?.click()}>
        <Icon of={Upload} small /> {say`Import…`}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        tabIndex={-1}
        aria-label={say`A file with an agent`}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          void take(file).finally(() => {
            if (input.current) input.current.value = '';
          });
        }}
      />
    </>
  );
}

/** An agent from a file as it would work, whole; what is approved is this very text. */
function ReadDialog({ agent, onClose }: { agent: AgentView; onClose: () => void }) {
  const approve = async () => {
    try {
      const { approved } = await api.agents.approve({ id: agent.id, digest: agent.digest });
      tell(approved ? say`“${agent.name}” can be begun with` : say`“${agent.name}” has changed in the meantime: read it again`);
      await loadAgents();
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
    onClose();
  };
  return (
    <Dialog title={say`The agent “${agent.name}”`} onClose={onClose}>
      <p>{say`Whoever wrote it, its words would go with every request of its conversations, as if you had said them.`}</p>
      <p className="quiet">
        <Visible
          text={`${agent.model ?? say`The model that you choose`} · ${agent.tools === null ? say`all tools` : agent.tools.join(', ') || say`no tools`}`}
        />
      </p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <pre className="shown-text" tabIndex={0}>
        <Visible
          text={[agent.about, agent.instructions || say`(no instructions)`, ...agent.starters.map((task) => say`Task: ${task}`)]
            .filter(Boolean)
            .join('\n\n')}
        />
      </pre>
      <DialogButtons>
        <Button onClick={onClose}>{say`Leave it out`}</Button>
        <Button look="main" onClick={() => void approve()}>
          {say`Approve this agent`}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
