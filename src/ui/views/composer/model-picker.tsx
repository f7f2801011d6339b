import { ChevronsUpDown, Cpu } from 'lucide-react';
import type { ModelLine } from '../../../contract/views.ts';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../components/menu.tsx';
import { bytes } from '../../figures.ts';
import { goTo } from '../../route.ts';
import { chooseModel, useChosenModel } from '../../stores/chosen-model.ts';
import { isProviderOnly, shortModelName, useModels, whereWordsGo } from '../../stores/models-store.ts';
import { focusComposer, openPicker, useUi } from '../../stores/ui-store.ts';

/** Which model answers, and beside each where the words go (U3). */
export function ModelPicker({ conversationId }: { conversationId: string | null }) {
  const chosen = useChosenModel(conversationId);
  const models = useModels((state) => state.models);
  const isOpen = useUi((state) => state.picker === 'model');
  const model = models.find((each) => each.id === chosen);
  const ready = models.filter((each) => each.ready);
  const others = models.filter((each) => !each.ready);
  const choose = (id: string) => {
    chooseModel(conversationId, id);
    focusComposer();
  };
  return (
    <Menu
      name="Model"
      wide
      side="top"
      open={isOpen}
      onOpenChange={(open) => openPicker(open ? 'model' : null)}
      trigger={
        <button type="button" className="pick" title={chosen}>
          <Icon of={Cpu} small />
          <span className="unseen">Model:</span>
          <span className="cut">{chosen ? shortModelName(chosen) : 'Choose a model'}</span>
          {model ? <span className="where quiet cut">{whereWordsGo(model)}</span> : null}
          <Icon of={ChevronsUpDown} small />
        </button>
      }
    >
      {ready.length > 0 ? <MenuLabel>Ready</MenuLabel> : null}
      {ready.map((each) => (
        <MenuItem key={each.id} chosen={each.id === chosen} hint={whereWordsGo(each)} onSelect={() => choose(each.id)}>
          {shortModelName(each.id)}
        </MenuItem>
      ))}
      {others.length > 0 ? <MenuLabel>Not ready yet</MenuLabel> : null}
      {others.map((each) => (
        <MenuItem
          key={each.id}
          chosen={each.id === chosen}
          hint={missingWords(each)}
          onSelect={() => (isProviderOnly(each.id) ? goTo({ screen: 'settings', section: 'models' }) : choose(each.id))}
        >
          {shortModelName(each.id)}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => goTo({ screen: 'settings', section: 'models' })}>Models and keys…</MenuItem>
    </Menu>
  );
}

/** What a model that is not ready lacks. One with a file of its own can be chosen all the same: it is fetched when it is first asked. */
function missingWords(model: ModelLine): string {
  if (model.file?.state === 'fetching') return 'being fetched';
  if (model.file?.state === 'missing') return `fetched on first use, ${bytes(model.file.bytes)}`;
  return model.missing ?? whereWordsGo(model);
}
