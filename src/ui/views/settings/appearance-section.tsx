import { Segmented } from '../../components/segmented.tsx';
import { choose, type LookChoice } from '../../look.ts';
import { notifyState, setNotify, type NotifyState } from '../../notifications.ts';
import { useRecalled } from '../../stores/memory-store.ts';
import { Card, Group, Line } from './card.tsx';
import { LanguageLine } from './language-line.tsx';
import { say } from '../../words/say.ts';

interface Choice {
  readonly name: LookChoice;
  readonly title: string;
  readonly detail: string;
  /** The first is the default. */
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

const CHOICES: readonly Choice[] = [
  {
    name: 'theme',
    title: say`Theme`,
    detail: say`Day, night, or as the system has it`,
    options: [
      { value: 'system', label: say`System` },
      { value: 'light', label: say`Day` },
      { value: 'dark', label: say`Night` },
    ],
  },
  {
    name: 'contrast',
    title: say`Contrast`,
    detail: say`More: every word above 8 to 1, and full lines`,
    options: [
      { value: 'system', label: say`System` },
      { value: 'normal', label: say`Usual` },
      { value: 'more', label: say`More` },
    ],
  },
  {
    name: 'density',
    title: say`Density`,
    detail: say`Compact: lower rows and a smaller answer. Nothing is left out`,
    options: [
      { value: 'comfortable', label: say`Comfortable` },
      { value: 'compact', label: say`Compact` },
    ],
  },
];

/** How it looks. What is chosen holds at once, and in every window. */
export function AppearanceSection() {
  return (
    <>
      <p className="settings-lead">
        {say`How Glasshouse looks, in every window. Motion follows the system: where it asks for less, nothing moves.`}
      </p>
      <Group>
        <Card>
          {CHOICES.map((choice) => (
            <OneChoice key={choice.name} choice={choice} />
          ))}
          <LanguageLine />
        </Card>
      </Group>
      <Group title={say`Notifications`}>
        <Card>
          <Notifications />
        </Card>
      </Group>
    </>
  );
}

const NOTIFY_DETAIL: Readonly<Record<NotifyState, string>> = {
  on: say`When a run in a window out of sight needs you or is over`,
  off: say`When a run in a window out of sight needs you or is over. The browser asks you first`,
  refused: say`This browser does not allow them for this page. Its own settings can change that`,
  impossible: say`This browser has none`,
};

/** The title of the conversation, and nothing of what was said. */
function Notifications() {
  const state = notifyState(useRecalled('notify'));
  const options = [
    { value: 'off', label: say`Off` },
    { value: 'on', label: say`On` },
  ];
  return (
    <Line title={say`Tell me`} detail={NOTIFY_DETAIL[state]}>
      {state === 'impossible' ? null : (
        <Segmented
          name={say`Tell me`}
          value={state === 'on' ? 'on' : 'off'}
          options={options}
          onChange={(next) => void setNotify(next === 'on')}
        />
      )}
    </Line>
  );
}

function OneChoice({ choice }: { choice: Choice }) {
  const value = useRecalled(`look:${choice.name}`) ?? choice.options[0]?.value ?? '';
  return (
    <Line title={choice.title} detail={choice.detail}>
      <Segmented name={choice.title} value={value} options={choice.options} onChange={(next) => choose(choice.name, next)} />
    </Line>
  );
}
