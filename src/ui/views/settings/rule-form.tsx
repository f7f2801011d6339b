import { useId, useState, type FormEvent } from 'react';
import type { RuleDecision, RuleScope } from '../../../core/models/rule.ts';
import type { ToolLine } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { tell } from '../../stores/toast-store.ts';
import { useWorkspaces } from '../../stores/workspaces-store.ts';
import { DECISIONS, patternExample, patternHelp, verbOf } from './rule-words.ts';
import { say } from '../../words/say.ts';

interface RuleFormProps {
  readonly tools: readonly ToolLine[];
  readonly onAdded: () => void;
  readonly onClose: () => void;
}

/** A rule made beforehand. Says what it will mean before it is kept. */
export function RuleForm({ tools, onAdded, onClose }: RuleFormProps) {
  const help = useId();
  const workspaces = useWorkspaces((state) => state.workspaces);
  const [decision, setDecision] = useState<RuleDecision>('allow');
  const [tool, setTool] = useState('run_command');
  const [pattern, setPattern] = useState('');
  const [scope, setScope] = useState<Exclude<RuleScope, 'conversation'>>(workspaces.length > 0 ? 'workspace' : 'everywhere');
  const [workspace, setWorkspace] = useState(workspaces[0]?.path ?? '');
  const [wrong, setWrong] = useState<string>();
  const meant = pattern.trim();
  // To allow everything that a tool can do is nothing to slip into by an empty field.
  const needsPattern = decision === 'allow' && meant === '';

  const add = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      await api.rules.add({ scope, scopeId: scope === 'workspace' ? workspace : null, tool, pattern: meant || null, decision });
      tell(say`Kept: ${DECISIONS[decision].title.toLowerCase()} ${verbOf(tool).toLowerCase()} ${meant}`);
      onAdded();
    } catch (error) {
      setWrong(failureInWords(failureOf(error)));
    }
  };

  const names = tools.length > 0 ? tools.map((each) => each.name) : [tool];
  return (
    <form className="rule-form" onSubmit={(event) => void add(event)}>
      <span className="label">{say`Decision`}</span>
      <div>
        <Segmented
          name={say`Decision`}
          value={decision}
          options={(['allow', 'ask', 'deny'] as const).map((value) => ({ value, label: DECISIONS[value].title }))}
          onChange={setDecision}
        />
        <p className="settings-hint">{DECISIONS[decision].about}</p>
      </div>
      <span className="label">{say`Tool`}</span>
      <Select name={say`Tool`} value={tool} options={names.map((name) => ({ value: name, label: name }))} onChange={setTool} mono />
      <span className="label">{say`Pattern`}</span>
      <div>
        <Field
          name={say`Pattern`}
          className="mono"
          placeholder={patternExample(tool)}
          value={pattern}
          wrong={wrong}
          aria-describedby={help}
          onChange={(event) => setPattern(event.target.value)}
        />
        <p className="settings-hint" id={help}>
          {patternHelp(tool)}
          {decision === 'allow' ? '' : say` Empty: whatever the tool is asked to do.`}
        </p>
      </div>
      <span className="label">{say`Where`}</span>
      <div className="rule-where">
        <Segmented
          name={say`Where`}
          value={scope}
          options={[
            ...(workspaces.length > 0 ? [{ value: 'workspace' as const, label: say`In one workspace` }] : []),
            { value: 'everywhere' as const, label: say`Everywhere` },
          ]}
          onChange={setScope}
        />
        {scope === 'workspace' ? (
          <Select
            name={say`Workspace`}
            value={workspace}
            options={workspaces.map((each) => ({ value: each.path, label: each.name }))}
            onChange={setWorkspace}
          />
        ) : null}
      </div>
      <span />
      <div className="rule-do">
        <Button type="submit" look="main" disabled={needsPattern}>
          {say`Keep the rule`}
        </Button>
        <Button look="plain" onClick={onClose}>
          {say`Leave it`}
        </Button>
      </div>
    </form>
  );
}
