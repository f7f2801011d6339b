import { Bot, Cpu, Database, Info, Plug, ScrollText, ShieldCheck, Sun, type LucideIcon } from 'lucide-react';
import { say } from '../../words/say.ts';

export const SECTIONS = ['providers', 'models', 'instructions', 'agents', 'tools', 'appearance', 'data', 'about'] as const;
export type SettingsSection = (typeof SECTIONS)[number];

interface SectionWords {
  readonly title: string;
  readonly icon: LucideIcon;
  /** What it is about, for the search field. */
  readonly about: string;
}

export const SECTION_WORDS: Readonly<Record<SettingsSection, SectionWords>> = {
  providers: { title: say`Providers`, icon: Plug, about: say`key keys secret keychain api token server address embedded` },
  models: {
    title: say`Models`,
    icon: Cpu,
    about: say`default model fetch download window thinking where words go fallback proxy certificate authority network price`,
  },
  instructions: {
    title: say`Instructions`,
    icon: ScrollText,
    about: say`custom system prompt agents.md everywhere folder workspace trust`,
  },
  agents: {
    title: say`Agents`,
    icon: Bot,
    about: say`agent profile persona title name conversations assistant preset instructions model tools import export starters`,
  },
  tools: {
    title: say`Tools and permissions`,
    icon: ShieldCheck,
    about: say`rules rule allow deny ask always never revoke sandbox commands files`,
  },
  appearance: {
    title: say`Appearance`,
    icon: Sun,
    about: say`theme light dark contrast density compact look language english deutsch german notifications tell`,
  },
  data: {
    title: say`Data`,
    icon: Database,
    about: say`folder size conversations export delete disk backup storage space retention days free log`,
  },
  about: {
    title: say`About and licences`,
    icon: Info,
    about: say`version licence fonts packages check doctor diagnostics help bug report`,
  },
};

/** The section of an address; what is not known is the first. */
export function sectionOf(name: string): SettingsSection {
  return SECTIONS.find((section) => section === name) ?? 'providers';
}
