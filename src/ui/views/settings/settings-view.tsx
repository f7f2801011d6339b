import { ArrowLeft, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { goTo, pathOf } from '../../route.ts';
import { AboutSection } from './about-section.tsx';
import { AgentsSection } from './agents-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { DataSection } from './data-section.tsx';
import { InstructionsSection } from './instructions-section.tsx';
import { ModelsSection } from './models-section.tsx';
import { ProvidersSection } from './providers-section.tsx';
import { SECTION_WORDS, sectionOf, SECTIONS, type SettingsSection } from './sections.ts';
import { ToolsSection } from './tools-section.tsx';
import { nameWindow } from '../../incognito.ts';
import { say } from '../../words/say.ts';
import './settings.css';

interface SettingsViewProps {
  readonly section: string;
  /** Back to where the person came from. */
  readonly onClose: () => void;
}

/** Settings take the place of the sidebar and of the conversation. */
export function SettingsView({ section: name, onClose }: SettingsViewProps) {
  const section = sectionOf(name);
  const [wanted, setWanted] = useState('');
  const { title } = SECTION_WORDS[section];
  useEffect(() => {
    nameWindow(say`${title} · Glasshouse`);
    // On a narrow window the sections stand side by side, and the chosen one may be out of sight.
    document.querySelector('.settings-item[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [title]);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      // What lies over the settings is closed first: a dialog, the palette.
      if (event.key !== 'Escape' || event.defaultPrevented || isInField(event.target) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      onClose();
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [onClose]);
  return (
    <>
      <nav className="settings-nav" aria-label={say`Settings`}>
        <div className="settings-top">
          <IconButton icon={ArrowLeft} name={say`Back`} keys={say`Esc`} onClick={onClose} />
          <span className="settings-word">{say`Settings`}</span>
        </div>
        <Field
          name={say`Search settings`}
          placeholder={say`Search settings`}
          soft
          type="search"
          className="settings-search"
          before={<Icon of={Search} small />}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          onKeyDown={(event) => {
            const [first] = found(wanted);
            if (event.key === 'Enter' && first) goTo({ screen: 'settings', section: first });
            if (event.key === 'Escape') setWanted('');
          }}
        />
        <ul className="settings-list">
          {found(wanted).map((each) => (
            <li key={each}>
              <a
                className="settings-item"
                href={pathOf({ screen: 'settings', section: each })}
                aria-current={each === section ? 'page' : undefined}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  goTo({ screen: 'settings', section: each }, { replace: true });
                }}
              >
                <Icon of={SECTION_WORDS[each].icon} />
                <span className="cut">{SECTION_WORDS[each].title}</span>
              </a>
            </li>
          ))}
          {found(wanted).length === 0 ? <li className="quiet settings-none">{say`No setting is called that`}</li> : null}
        </ul>
      </nav>
      <main className="settings-main" id="main" key={section}>
        <div className="settings-sheet">
          <h1 className="settings-title">{title}</h1>
          <OneSection section={section} />
        </div>
      </main>
    </>
  );
}

function OneSection({ section }: { section: SettingsSection }) {
  switch (section) {
    case 'providers':
      return <ProvidersSection />;
    case 'models':
      return <ModelsSection />;
    case 'instructions':
      return <InstructionsSection />;
    case 'agents':
      return <AgentsSection />;
    case 'tools':
      return <ToolsSection />;
    case 'appearance':
      return <AppearanceSection />;
    case 'data':
      return <DataSection />;
    case 'about':
      return <AboutSection />;
  }
}

function found(wanted: string): readonly SettingsSection[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return SECTIONS.filter((section) => {
    const { title, about } = SECTION_WORDS[section];
    const text = `${title} ${about}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function isInField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
