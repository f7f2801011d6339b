import { ChevronsUpDown, Cpu } from 'lucide-react';
import { Popover as Radix } from 'radix-ui';
import { Icon } from '../../components/icon.tsx';
import { lazily } from '../../components/lazily.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { goTo } from '../../route.ts';
import { chooseModel, useChosenModel } from '../../stores/chosen-model.ts';
import { shortModelName, useModels, whereWordsGo } from '../../stores/models-store.ts';
import { focusComposer, openPicker, useUi } from '../../stores/ui-store.ts';
import { say } from '../../words/say.ts';
import './model-picker.css';

/** What searches and lists them is loaded when it is first opened. */
const ModelChoice = lazily(async () => (await import('./model-choice.tsx')).ModelChoice);

/** Which model answers, and beside it where the words go (U3). */
export function ModelPicker({ conversationId }: { conversationId: string | null }) {
  const chosen = useChosenModel(conversationId);
  const models = useModels((state) => state.models);
  const isOpen = useUi((state) => state.picker === 'model');
  const model = models.find((each) => each.id === chosen);
  const choose = (id: string) => {
    chooseModel(conversationId, id);
    openPicker(null);
    focusComposer();
  };
  const settings = () => {
    openPicker(null);
    goTo({ screen: 'settings', section: 'models' });
  };
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => openPicker(open ? 'model' : null)}>
      <Radix.Trigger asChild>
        <button type="button" className="pick" title={chosen}>
          <Icon of={Cpu} small />
          <span className="unseen">{say`Model:`}</span>
          <span className="cut">{chosen ? shortModelName(chosen) : say`Choose a model`}</span>
          {model ? <span className="where quiet cut">{whereWordsGo(model)}</span> : null}
          <Icon of={ChevronsUpDown} small />
        </button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu model-menu" align="start" side="top" sideOffset={4} collisionPadding={8} aria-label={say`Model`}>
          <ModelChoice chosen={chosen} onChoose={choose} onSettings={settings} fallback={<WaitingLines />} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
