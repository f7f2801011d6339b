import { api, failureInWords, failureOf } from '../../api.ts';
import { Segmented } from '../../components/segmented.tsx';
import { flushMemory } from '../../stores/memory-store.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { Line } from './card.tsx';
import { say } from '../../words/say.ts';

/** Each language in its own words, so that whoever landed in another one finds back. */
const LANGUAGES = [
  { value: '', label: 'System' },
  { value: 'en', label: 'English' },
  { value: 'de', label: 'Deutsch' },
];

/** The language of the page. The page is drawn anew: what was written in it is kept, as at every reload. */
export function LanguageLine() {
  const settings = useAnswer(
    'settings',
    async () => (await api.settings.list({})).settings,
    ({ type }) => type === 'settings_changed' || type === 'reset',
  );
  const setting = settings.value?.find((each) => each.key === 'language');
  if (!setting) return null;
  const change = async (value: string) => {
    try {
      if (value === '') await api.settings.remove({ key: 'language' });
      else await api.settings.set({ key: 'language', value });
      flushMemory();
      location.reload();
    } catch (error) {
      tell(failureInWords(failureOf(error)));
    }
  };
  const detail =
    setting.from === 'environment'
      ? say`Set in the environment, which wins.`
      : say`Of the page. What tools, models and failures say of themselves stays in their own`;
  return (
    <Line title={say`Language`} detail={detail}>
      <Segmented name={say`Language`} value={setting.value ?? ''} options={LANGUAGES} onChange={(value) => void change(value)} />
    </Line>
  );
}
