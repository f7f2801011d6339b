import { Check, CircleAlert, Minus } from 'lucide-react';
import { useState } from 'react';
import type { Finding } from '../../../contract/glasshouse.ts';
import { api, failureInWords, failureOf } from '../../api.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { Mark } from '../../components/sign.tsx';
import { WaitingLines } from '../../components/waiting-lines.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { counted } from '../../figures.ts';
import { tell } from '../../stores/toast-store.ts';
import { useAnswer } from '../../use-answer.ts';
import { Card, Group, Line } from './card.tsx';
import { DiagnosticsCard } from './diagnostics-card.tsx';
import { say } from '../../words/say.ts';

const SIGNS = { ok: Check, missing: Minus, problem: CircleAlert } as const;

/** What this is, whether it is well, and whose work it stands on. */
export function AboutSection() {
  const about = useAnswer('about', () => api.system.about({}));
  const doctor = useAnswer('doctor', async () => (await api.system.doctor({})).findings);
  const [isOpen, setOpen] = useState(false);
  if (about.failure && !about.value) return <Trouble title={say`This cannot be read`} failure={about.failure} onRetry={about.askAgain} />;
  return (
    <>
      <p className="settings-lead">
        {say`An agentic desktop that you can see through. It sends nothing anywhere by itself: no telemetry, no account.`}
      </p>
      <Group>
        <Card>
          {about.value ? (
            <Line
              title={
                <span className="about-name">
                  <Mark /> {say`Glasshouse`} {about.value.version}
                </span>
              }
              detail={say`On Node ${about.value.node.replace(/^v/, '')} · ${about.value.licence} licence`}
            />
          ) : (
            <WaitingLines lines={2} />
          )}
          <NewerVersion />
        </Card>
      </Group>
      <Group title={say`Is all well?`}>
        {doctor.failure && !doctor.value ? (
          <Trouble title={say`It could not be checked`} failure={doctor.failure} onRetry={doctor.askAgain} />
        ) : (
          <Card>
            {doctor.value ? null : <WaitingLines lines={4} />}
            {(doctor.value ?? []).filter(isOfTheHouse).map((finding) => (
              <OneFinding key={`${finding.subject}:${finding.detail}`} finding={finding} />
            ))}
          </Card>
        )}
      </Group>
      <DiagnosticsCard />
      {about.value ? (
        <Group title={say`Licences`} aside={counted(about.value.licences.length, 'package')}>
          <Card padded>
            <table className="settings-table">
              <thead>
                <tr>
                  <th>{say`Package`}</th>
                  <th>{say`Version`}</th>
                  <th>{say`Licence`}</th>
                </tr>
              </thead>
              <tbody>
                {about.value.licences.slice(0, isOpen ? undefined : 12).map((each) => (
                  <tr key={`${each.name}@${each.version}`}>
                    <td className="mono">{each.name}</td>
                    <td className="quiet">{each.version}</td>
                    <td>{each.licence}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            {!isOpen && about.value.licences.length > 12 ? (
              <Button look="plain" small className="table-more" onClick={() => setOpen(true)}>
                {say`Show all`} {about.value.licences.length}
              </Button>
            ) : null}
          </Card>
        </Group>
      ) : null}
    </>
  );
}

/** Whether a newer version is looked for, and what was found. */
function NewerVersion() {
  const isChange = ({ type }: { type: string }) => type === 'settings_changed' || type === 'reset';
  const setting = useAnswer(
    'update-notice',
    async () => {
      const { settings } = await api.settings.list({});
      const of = (name: string) => settings.find(({ key }) => key === name) ?? null;
      return { notice: of('update_notice'), address: of('update_address')?.value ?? null };
    },
    isChange,
  );
  const newer = useAnswer('newer-version', async () => (await api.system.newerVersion({})).newer, isChange);
  const { notice = null, address = null } = setting.value ?? {};
  const value = notice?.value === 'off' ? 'off' : 'on';
  const set = (next: string) => {
    api.settings
      .set({ key: 'update_notice', value: next })
      .then(setting.askAgain, (error: unknown) => tell(failureInWords(failureOf(error))));
  };
  return (
    <Line
      title={newer.value ? say`Glasshouse ${newer.value} is out` : say`Look for newer versions`}
      detail={
        address !== null && URL.canParse(address)
          ? say`Once a day, by one plain request to ${new URL(address).host} that says nothing of you. Nothing is fetched or changed by it`
          : say`No address is set to look at (update_address, under Models, by hand): nothing is asked`
      }
    >
      {notice?.from === 'environment' ? (
        <span className="quiet">
          {value}
          {say`, set in the environment`}
        </span>
      ) : (
        <Segmented
          name={say`Look for newer versions`}
          value={value}
          options={[
            { value: 'off', label: say`Off` },
            { value: 'on', label: say`On` },
          ]}
          onChange={set}
        />
      )}
    </Line>
  );
}

/** What is not set up of all the providers there are is told among the models. */
function isOfTheHouse({ subject, state }: Finding): boolean {
  return state !== 'missing' || !subject.endsWith('/MODEL');
}

function OneFinding({ finding }: { finding: Finding }) {
  const isBad = finding.state === 'problem';
  return (
    <div className="finding">
      <span className={isBad ? 'harm' : 'quiet'}>
        <Icon of={SIGNS[finding.state]} small />
      </span>
      <div className="settings-words">
        <span className="medium">{finding.subject}</span>
        <small>
          <span className={isBad ? 'harm' : ''}>{finding.detail}</span>
          {finding.advice ? <span className="finding-advice"> {finding.advice}</span> : null}
        </small>
      </div>
    </div>
  );
}
