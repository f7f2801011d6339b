import { useState } from 'react';
import type { NetworkTest, SettingView } from '../../../contract/glasshouse.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Visible } from '../../components/visible.tsx';
import { duration } from '../../figures.ts';
import { Card, Group, Line } from './card.tsx';
import { PlainSetting } from './plain-setting.tsx';
import { say } from '../../words/say.ts';

const KEYS = ['proxy', 'no_proxy', 'ca_file'];

/** The way out: proxy and further authorities, for models, pages and downloads alike. */
export function NetworkCard({ settings, onChanged }: { settings: readonly SettingView[]; onChanged: () => void }) {
  const [test, setTest] = useState<NetworkTest | { readonly wrong: string } | null>(null);
  const [isAtWork, setAtWork] = useState(false);
  const ask = async () => {
    setAtWork(true);
    try {
      setTest(await api.system.testNetwork({}));
    } catch (error) {
      setTest({ wrong: failureInWords(failureOf(error)) });
    } finally {
      setAtWork(false);
    }
  };
  return (
    <Group title={say`The way out`} aside={say`for models, pages and downloads alike`}>
      <Card>
        {settings
          .filter((setting) => KEYS.includes(setting.key))
          .map((setting) => (
            <PlainSetting key={`${setting.key}:${setting.value ?? ''}`} setting={setting} onChanged={onChanged} />
          ))}
        <Line
          title={say`Try it`}
          detail={
            <span role="status">
              {isAtWork ? (
                say`Asking…`
              ) : test === null ? (
                say`Asks the model hub, huggingface.co, where models’ files come from. Nothing of yours goes with it`
              ) : (
                <TestWords test={test} />
              )}
            </span>
          }
        >
          <Button small disabled={isAtWork} onClick={() => void ask()}>
            {say`Test`}
          </Button>
        </Line>
      </Card>
    </Group>
  );
}

function TestWords({ test }: { test: NetworkTest | { readonly wrong: string } }) {
  if ('wrong' in test) return <span className="harm">{test.wrong}</span>;
  const way = test.through === null ? say`without a proxy` : say`through ${test.through}`;
  return (
    <span className={test.ok ? '' : 'harm'}>
      <Visible text={`${test.address} ${way}: ${test.words} · ${duration(test.milliseconds)}`} />
    </span>
  );
}
