import type { SettingView } from '../../../contract/glasshouse.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Segmented } from '../../components/segmented.tsx';
import { Select } from '../../components/select.tsx';
import { isProviderOnly, useModels, whereWordsGo } from '../../stores/models-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { Card, Group, Line } from './card.tsx';
import { say } from '../../words/say.ts';

interface FallbackCardProps {
  readonly settings: readonly SettingView[];
  readonly onChanged: () => void;
}

/** Which model goes on where the chosen one cannot be asked (R9), and whether words may then leave this machine (U3). */
export function FallbackCard({ settings, onChanged }: FallbackCardProps) {
  const models = useModels((state) => state.models);
  const fallback = settings.find((setting) => setting.key === 'fallback');
  const leaves = settings.find((setting) => setting.key === 'fallback_leaves_machine');
  if (!fallback || !leaves) return null;
  const set = async (key: string, value: string) => {
    try {
      await (value === '' ? api.settings.remove({ key }) : api.settings.set({ key, value }));
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
    onChanged();
  };
  const chosen = fallback.value ?? '';
  const options = models
    .filter((model) => !isProviderOnly(model.id))
    .map((model) => ({ value: model.id, label: `${model.id} · ${whereWordsGo(model)}` }));
  if (chosen !== '' && !options.some((option) => option.value === chosen)) options.unshift({ value: chosen, label: chosen });
  return (
    <Group title={say`When it cannot be reached`}>
      <Card>
        <Line
          title={say`Go on with`}
          detail={say`Where the chosen model cannot be reached or is overloaded after its retries, before a word of its answer was shown. The conversation says so`}
        >
          {fallback.from === 'environment' ? (
            <span className="quiet">
              {chosen}
              {say`, set in the environment`}
            </span>
          ) : (
            <Select
              name={say`Fallback model`}
              value={chosen}
              options={[{ value: '', label: say`No other model` }, ...options]}
              onChange={(value) => void set('fallback', value)}
            />
          )}
        </Line>
        {chosen === '' ? null : (
          <Line
            title={say`From this machine to elsewhere`}
            detail={say`Whether it may take over from a model on this machine although it is not on it: your words then leave this machine`}
          >
            {leaves.from === 'environment' ? (
              <span className="quiet">
                {leaves.value}
                {say`, set in the environment`}
              </span>
            ) : (
              <Segmented
                name={say`From this machine to elsewhere`}
                value={leaves.value === 'yes' ? 'yes' : 'no'}
                options={[
                  { value: 'no', label: say`Never` },
                  { value: 'yes', label: say`Allowed` },
                ]}
                onChange={(value) => void set('fallback_leaves_machine', value === 'yes' ? 'yes' : '')}
              />
            )}
          </Line>
        )}
      </Card>
    </Group>
  );
}
