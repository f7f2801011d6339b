import { Bot } from 'lucide-react';
import { useRef } from 'react';
import type { AgentView } from '../../../contract/glasshouse.ts';
import type { FetchProgress } from '../../../core/reasoning/model-listing.ts';
import type { ModelLine } from '../../../contract/views.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Visible } from '../../components/visible.tsx';
import { Icon } from '../../components/icon.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { goTo } from '../../route.ts';
import { useChosenAgent } from '../../stores/agents-store.ts';
import { useConversations } from '../../stores/conversations-store.ts';
import { recall, remember } from '../../stores/memory-store.ts';
import { defaultModel, shortModelName, useModels } from '../../stores/models-store.ts';
import { sendMessage } from '../../stores/sending-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { focusComposer } from '../../stores/ui-store.ts';
import { loadWorkspaces } from '../../stores/workspaces-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { FoundRows } from './found-rows.tsx';
import { House } from './house.tsx';
import { STARTER_TASKS, type StarterTask } from './starter-tasks.ts';
import { useFetchInRun } from './use-fetch-in-run.ts';
import { say } from '../../words/say.ts';
import './first-run.css';

/**
 * Nothing was said yet. The first time: the house, what was found on this machine, and three tasks to begin with.
 * Who was here before gets the greeting and the tasks; what was found only while nothing is ready to answer.
 */
export function FirstRun() {
  const lines = useConversations((state) => state.lines);
  const isKnown = useConversations((state) => state.isLoaded);
  const listed = useModels((state) => state.models);
  const inRun = useFetchInRun();
  const models = inRun ? listed.map((model) => withFetch(model, inRun.progress)) : listed;
  const areModelsKnown = useModels((state) => state.isLoaded);
  const found = useAnswer(
    'found',
    () => api.system.found({}),
    ({ type }) => type === 'settings_changed' || type === 'model_fetch_ended' || type === 'reset',
  );
  const agent = useChosenAgent();
  const answering = defaultModel(models);
  const isFirst = isKnown && lines.length === 0;
  const isAnybodyThere = answering !== undefined && answering.ready && (answering.file?.state ?? 'ready') === 'ready';
  const showsFound = isFirst || (areModelsKnown && !isAnybodyThere);
  const { share, label } = useLight(models);
  if (!isKnown && !found.failure) return <div className="first" />;
  return (
    <div className="first">
      <div className="column">
        <House share={share} label={label} />
        <h1 className="hello">{greeting(new Date().getHours(), isFirst)}</h1>
        {isFirst ? (
          <p className="first-lead">
            {say`Agents work here on your files, and you see all of it: each step, each request, each cent. Nothing leaves this machine unless you choose a model that lives elsewhere.`}
          </p>
        ) : null}
        {showsFound && found.value ? (
          <FoundRows
            found={found.value}
            models={models.length > 0 ? models : found.value.models}
            fetchedFor={inRun?.conversationId ?? null}
          />
        ) : null}
        {found.failure && !found.value ? (
          <div className="first-trouble">
            <Trouble title={say`This machine could not be looked at`} failure={found.failure} onRetry={found.askAgain} />
          </div>
        ) : null}
        {agent && agent.starters.length > 0 ? <AgentTasks agent={agent} /> : <StarterTasks />}
      </div>
    </div>
  );
}

/** How far the light has come: as far as a model that is being fetched. Once it is here, the house stays lit while this page stands. */
function useLight(models: readonly ModelLine[]): { readonly share: number; readonly label: string } {
  const wasFetching = useRef(false);
  const fetching = models.find((model) => model.file?.state === 'fetching');
  if (fetching) {
    wasFetching.current = true;
    const progress = fetching.file?.progress;
    const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
    return { share, label: say`${Math.round(share * 100)} per cent of ${shortModelName(fetching.id)} is here` };
  }
  const isHere = wasFetching.current && models.some((model) => model.file?.state === 'ready');
  return { share: isHere ? 1 : 0, label: isHere ? say`The model is here` : say`A glasshouse` };
}

/** A model whose file is not here, while a run fetches it. */
function withFetch(model: ModelLine, progress: FetchProgress): ModelLine {
  return model.file?.state === 'missing' ? { ...model, file: { ...model.file, state: 'fetching', progress } } : model;
}

function StarterTasks() {
  const begin = async (task: StarterTask) => {
    try {
      const workspace = await api.workspaces.example({});
      void loadWorkspaces().catch(() => undefined);
      const model = recall('choice:model');
      remember('choice:workspace', workspace.path);
      const sent = await sendMessage({ text: task.text, workspace: workspace.path, ...(model ? { model } : {}) });
      if (sent.ok) goTo({ screen: 'conversation', id: sent.conversationId, messageId: null });
      else tell(failureInWords(sent.failure));
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
  };
  return (
    <div className="starters" role="group" aria-label={say`Tasks to begin with`}>
      {STARTER_TASKS.map((task) => (
        <button key={task.title} type="button" onClick={() => void begin(task)}>
          <Icon of={task.icon} />
          <b>{task.title}</b>
          <span>{task.about}</span>
        </button>
      ))}
    </div>
  );
}

/** What the chosen agent can be begun with; it goes into the field, to be looked at and sent. */
function AgentTasks({ agent }: { agent: AgentView }) {
  return (
    <div className="starters" role="group" aria-label={say`Tasks to begin with for ${agent.name}`}>
      {agent.starters.map((task) => (
        <button
          key={task}
          type="button"
          onClick={() => {
            // What was typed stays.
            const typed = recall('draft:new')?.trim();
            remember('draft:new', typed ? `${typed}\n${task}` : task);
            focusComposer();
          }}
        >
          <Icon of={Bot} />
          <span>
            <Visible text={task} />
          </span>
        </button>
      ))}
    </div>
  );
}

function greeting(hour: number, isFirst: boolean): string {
  const time = hour < 5 ? say`Good night` : hour < 12 ? say`Good morning` : hour < 18 ? say`Good afternoon` : say`Good evening`;
  return isFirst ? say`${time}. Start with something small.` : say`${time}. What shall be done?`;
}
