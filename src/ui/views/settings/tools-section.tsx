import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Rule, RuleDecision } from '../../../core/models/rule.ts';
import type { StreamEvent } from '../../../contract/events.ts';
import type { ToolLine } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { Tag } from '../../components/tag.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { visible } from '../../../core/models/visible.ts';
import { Visible } from '../../components/visible.tsx';
import { counted, dayOf, wholeNumber } from '../../figures.ts';
import { useConversations } from '../../stores/conversations-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { Card, Group, Line } from './card.tsx';
import { RuleForm } from './rule-form.tsx';
import { DECISIONS, ruleInWords, whereItHolds } from './rule-words.ts';
import { say } from '../../words/say.ts';

type UsedRule = Rule & { readonly used: number };

const isRules = (event: StreamEvent) =>
  event.type === 'rules_changed' || event.type === 'reset' || (event.type === 'run_event' && event.event.type === 'rule_saved');

/** What agents may do without asking, and what they may never do. */
export function ToolsSection() {
  const rules = useAnswer('rules', async () => (await api.rules.list({})).rules, isRules);
  const tools = useAnswer('tools', async () => (await api.tools.list({})).tools);
  const found = useAnswer('found', () => api.system.found({}));
  const [isAdding, setAdding] = useState(false);
  const all = rules.value ?? [];
  return (
    <>
      <p className="settings-lead">
        {say`What agents may do without asking. A “never” beats every “always”. Once something from outside is in the conversation, changes and commands ask again.`}
      </p>
      <Group>
        <Card>
          <Line title={say`When no rule fits`} detail={say`Reading inside a workspace is free; anything that changes something asks`} />
          <Line
            title={say`Sandbox for commands`}
            detail={
              found.value === null
                ? say`Looking…`
                : found.value.sandbox.ok
                  ? say`On. Writes stay in the workspace; the network is closed`
                  : (found.value.sandbox.reason ?? say`Not there: commands are off`)
            }
          >
            {found.value && !found.value.sandbox.ok ? <Tag look="bad">{say`Commands are off`}</Tag> : null}
          </Line>
        </Card>
      </Group>
      {rules.failure && !rules.value ? (
        <Group>
          <Trouble title={say`The rules cannot be read`} failure={rules.failure} onRetry={rules.askAgain} />
        </Group>
      ) : (
        <>
          {(['allow', 'deny', 'ask'] as const).map((decision) => (
            <RuleTable
              key={decision}
              decision={decision}
              rules={all.filter((rule) => rule.decision === decision)}
              isLoaded={rules.value !== null}
              onChanged={rules.askAgain}
            />
          ))}
          {isAdding ? (
            <Group title={say`A new rule`}>
              <Card padded>
                <RuleForm
                  tools={tools.value ?? []}
                  onAdded={() => {
                    setAdding(false);
                    rules.askAgain();
                  }}
                  onClose={() => setAdding(false)}
                />
              </Card>
            </Group>
          ) : (
            <p className="settings-more">
              <Button small onClick={() => setAdding(true)}>
                <Icon of={Plus} small /> {say`Add a rule`}
              </Button>
            </p>
          )}
        </>
      )}
      <Group title={say`Tools`} {...(tools.value ? { aside: counted(tools.value.length, 'tool') } : {})}>
        {tools.failure && !tools.value ? (
          <Trouble title={say`The tools cannot be read`} failure={tools.failure} onRetry={tools.askAgain} />
        ) : (
          <Card>
            {tools.value ? null : <WaitingLines lines={5} />}
            {(tools.value ?? []).map((tool) => (
              <OneTool key={tool.name} tool={tool} rules={all} />
            ))}
          </Card>
        )}
      </Group>
    </>
  );
}

interface RuleTableProps {
  readonly decision: RuleDecision;
  readonly rules: readonly UsedRule[];
  readonly isLoaded: boolean;
  readonly onChanged: () => void;
}

function RuleTable({ decision, rules, isLoaded, onChanged }: RuleTableProps) {
  const words = DECISIONS[decision];
  const lines = useConversations((state) => state.lines);
  if (rules.length === 0) {
    if (decision !== 'allow' || !isLoaded) return null;
    return (
      <Group title={words.title} aside={say`no rules`}>
        <Card>
          <Line title={say`Nothing is allowed beforehand`} detail={say`“Always” in an approval, or the form below, puts a rule here.`} />
        </Card>
      </Group>
    );
  }
  const takeBack = async (rule: UsedRule) => {
    const { verb, pattern } = ruleInWords(rule);
    try {
      await api.rules.remove({ id: rule.id });
      onChanged();
      tell(`${decision === 'allow' ? say`Revoked` : say`Lifted`}: ${verb} ${visible(pattern ?? '')}`, {
        act: {
          label: say`Undo`,
          run: () => {
            const { id: _id, createdAt: _createdAt, used: _used, ...again } = rule;
            void api.rules
              .add(again)
              .then(onChanged)
              .catch((error: unknown) => tell(failureInWords(failureOf(error))));
          },
        },
      });
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
  };
  return (
    <Group title={words.title} aside={counted(rules.length, 'rule')}>
      <Card padded>
        <table className="settings-table">
          <thead>
            <tr>
              <th className="is-rule">{say`Rule`}</th>
              <th>{say`Where`}</th>
              <th className="figure">{say`Used`}</th>
              <th className="is-since">{say`Since`}</th>
              <th>
                <span className="unseen">{say`Take back`}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule) => {
              const { verb, pattern } = ruleInWords(rule);
              return (
                <tr key={rule.id}>
                  <td>
                    <span className="medium">{verb}</span>{' '}
                    {pattern === null ? (
                      <span className="quiet">{say`whatever it is asked`}</span>
                    ) : (
                      <span className="mono">
                        <Visible text={pattern} />
                      </span>
                    )}
                  </td>
                  <td className="quiet" title={rule.scopeId ?? ''}>
                    {whereItHolds(rule, (id) => lines.find((line) => line.id === id)?.title)}
                  </td>
                  <td className="figure">{wholeNumber(rule.used)}</td>
                  <td className="quiet is-since">{dayOf(rule.createdAt, Date.now())}</td>
                  <td className="figure">
                    <Button
                      look="plain"
                      small
                      aria-label={`${words.takeBack}: ${verb} ${visible(pattern ?? '')}`}
                      onClick={() => void takeBack(rule)}
                    >
                      {words.takeBack}
                    </Button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Card>
    </Group>
  );
}

const EFFECTS: Record<ToolLine['effect'], string> = {
  none: say`Changes nothing`,
  idempotent: say`Changes nothing that lasts`,
  unsafe: say`Changes things: asks unless a rule allows it`,
};

function OneTool({ tool, rules }: { tool: ToolLine; rules: readonly UsedRule[] }) {
  const [isOpen, setOpen] = useState(false);
  const own = rules.filter((rule) => rule.tool === tool.name || rule.tool === '*');
  const allowed = own.filter((rule) => rule.decision === 'allow').reduce((sum, rule) => sum + rule.used, 0);
  const facts = [
    EFFECTS[tool.effect],
    own.length > 0 ? counted(own.length, 'rule') : null,
    allowed > 0 ? say`${counted(allowed, 'call')} allowed by them` : null,
  ];
  return (
    <Line
      title={<span className="mono">{tool.name}</span>}
      detail={facts.filter(Boolean).join(' · ')}
      below={isOpen ? <p className="tool-told">{tool.description}</p> : null}
    >
      <span className="settings-figure">{tool.calls === 0 ? say`never called` : counted(tool.calls, 'call')}</span>
      <Button
        look="plain"
        small
        aria-expanded={isOpen}
        aria-label={say`${isOpen ? say`Close` : say`Look`}: what models are told of ${tool.name}`}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? say`Close` : say`Look`}
      </Button>
    </Line>
  );
}
