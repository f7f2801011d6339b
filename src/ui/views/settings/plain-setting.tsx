import { useState, type FormEvent } from 'react';
import type { SettingView } from '../../../contract/glasshouse.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { loadModels } from '../../stores/models-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { Line } from './card.tsx';
import { say } from '../../words/say.ts';

const TITLES: Readonly<Record<string, string>> = {
  model: say`Model`,
  window: say`Window`,
  search: say`Search`,
  thinking: say`Thinking`,
  proxy: say`Proxy`,
  no_proxy: say`Without the proxy`,
  ca_file: say`Further authorities`,
  update_address: say`Update address`,
};

/** A setting in words or figures, with its own words about it; an empty field forgets it. */
export function PlainSetting({ setting, onChanged }: { setting: SettingView; onChanged: () => void }) {
  const [value, setValue] = useState(setting.value ?? '');
  const [wrong, setWrong] = useState<string>();
  const isFixed = setting.from === 'environment';
  const isChanged = value.trim() !== (setting.value ?? '');
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(undefined);
    try {
      if (value.trim() === '') await api.settings.remove({ key: setting.key });
      else await api.settings.set({ key: setting.key, value: value.trim() });
      tell(say`Kept`);
      onChanged();
      void loadModels().catch(() => undefined);
    } catch (error) {
      setWrong(failureInWords(failureOf(error)));
    }
  };
  const title = TITLES[setting.key] ?? setting.key.charAt(0).toUpperCase() + setting.key.slice(1).replaceAll('_', ' ');
  return (
    <Line title={title} detail={`${setting.about}${isFixed ? say` Set in the environment, which wins.` : ''}`}>
      <form className="plain-setting" onSubmit={(event) => void save(event)}>
        <div>
          <Field
            name={title}
            value={value}
            disabled={isFixed}
            wrong={wrong}
            placeholder={say`Not set`}
            onChange={(event) => setValue(event.target.value)}
          />
        </div>
        {isChanged ? (
          <Button type="submit" small>
            {say`Keep`}
          </Button>
        ) : null}
      </form>
    </Line>
  );
}
