import { useState, type FormEvent } from 'react';
import { AGENT_LIMITS, type Agent } from '../../../core/models/agent-profile.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { saveAgent } from '../../stores/agents-store.ts';
import { shortModelName, useModels } from '../../stores/models-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { say } from '../../words/say.ts';

/** An agent as it is made or changed. Nothing counts before it is kept. */
export function AgentForm({ agent, onDone }: { agent: Agent | null; onDone: () => void }) {
  const [name, setName] = useState(agent?.name ?? '');
  const [about, setAbout] = useState(agent?.about ?? '');
  const [instructions, setInstructions] = useState(agent?.instructions ?? '');
  const [model, setModel] = useState(agent?.model ?? '');
  const [tools, setTools] = useState(agent?.tools ?? null);
  const [starters, setStarters] = useState(agent?.starters.map((task) => task.replaceAll('\n', ' ')).join('\n') ?? '');
  const [wrong, setWrong] = useState<string>();
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      const tasks = starters.split('\n').filter((task) => task.trim() !== '');
      const saved = await saveAgent(agent?.id, { name, about, instructions, model: model || null, tools, starters: tasks });
      tell(agent ? say`“${saved.name}” is kept. It counts from the next run on` : say`“${saved.name}” is made`);
      onDone();
    } catch (error) {
      setWrong(failureInWords(failureOf(error)));
    }
  };
  return (
    <form className="rule-form agent-form" onSubmit={(event) => void keep(event)}>
      <span className="label">{say`Name`}</span>
      <Field name={say`Name`} value={name} maxLength={AGENT_LIMITS.name} wrong={wrong} onChange={(event) => setName(event.target.value)} />
      <span className="label">{say`About`}</span>
      <Field
        name={say`About`}
        placeholder={say`What it is for, in a line`}
        value={about}
        maxLength={AGENT_LIMITS.about}
        onChange={(event) => setAbout(event.target.value)}
      />
      <span className="label">{say`Instructions`}</span>
      <Area
        name={say`Instructions`}
        rows={6}
        most={AGENT_LIMITS.instructions}
        placeholder={say`How it works, and what it never does`}
        value={instructions}
        onChange={setInstructions}
      />
      <span className="label">{say`Model`}</span>
      <ModelOf value={model} onChange={setModel} />
      <span className="label">{say`Tools`}</span>
      <ToolsOf value={tools} onChange={setTools} />
      <span className="label">{say`Tasks`}</span>
      <Area
        name={say`Tasks to begin with`}
        rows={3}
        most={AGENT_LIMITS.starter * AGENT_LIMITS.starters}
        placeholder={say`One in each line`}
        value={starters}
        onChange={setStarters}
      />
      <span />
      <div className="rule-do">
        <Button type="submit" look="main" disabled={name.trim() === ''}>
          {agent ? say`Keep` : say`Make the agent`}
        </Button>
        <Button look="plain" onClick={onDone}>
          {say`Leave it`}
        </Button>
      </div>
    </form>
  );
}

interface AreaProps {
  readonly name: string;
  readonly rows: number;
  readonly most: number;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Area({ name, most, onChange, ...rest }: AreaProps) {
  return (
    <label className="field is-area">
      <textarea aria-label={name} maxLength={most} {...rest} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

function ModelOf({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const models = useModels((state) => state.models);
  const ids = models.filter((each) => each.ready || each.id === value).map((each) => each.id);
  // The one that it has may not be here.
  const known = value === '' || ids.includes(value) ? ids : [...ids, value];
  const options = [{ value: '', label: say`The one that you choose` }, ...known.map((id) => ({ value: id, label: shortModelName(id) }))];
  return <Select name={say`Model`} value={value} options={options} onChange={onChange} />;
}

function ToolsOf({ value, onChange }: { value: readonly string[] | null; onChange: (value: readonly string[] | null) => void }) {
  const found = useAnswer('tools', async () => (await api.tools.list({})).tools);
  const here = found.value?.map((tool) => tool.name) ?? [];
  // What it names and is not here is kept, and can be taken away.
  const names = [...here, ...(value ?? []).filter((name) => !here.includes(name))];
  const toggle = (name: string) =>
    onChange(
      value?.includes(name) ? value.filter((each) => each !== name) : names.filter((each) => each === name || value?.includes(each)),
    );
  return (
    <div>
      <Segmented
        name={say`Tools`}
        value={value === null ? 'all' : 'some'}
        options={[
          { value: 'all', label: say`All` },
          { value: 'some', label: say`Only these` },
        ]}
        onChange={(choice) => onChange(choice === 'all' ? null : here)}
      />
      {value === null ? null : (
        <div className="agent-tools" role="group" aria-label={say`Tools that it is offered`}>
          {names.map((name) => (
            <label key={name} className="mono">
              <input type="checkbox" checked={value.includes(name)} onChange={() => toggle(name)} /> {name}
              {found.value && !here.includes(name) ? <span className="quiet"> {say`not here`}</span> : null}
            </label>
          ))}
        </div>
      )}
    </div>
  );
}
