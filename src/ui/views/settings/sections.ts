import { Bot, Cpu, Database, Info, Plug, ScrollText, ShieldCheck, Sun, type LucideIcon } from 'lucide-react';

export const SECTIONS = ['providers', 'models', 'instructions', 'agents', 'tools', 'appearance', 'data', 'about'] as const;
export type SettingsSection = (typeof SECTIONS)[number];

interface SectionWords {
  readonly title: string;
  readonly icon: LucideIcon;
  /** What it is about, for the search field. */
  readonly about: string;
}

export const SECTION_WORDS: Readonly<Record<SettingsSection, SectionWords>> = {
  providers: { title: 'Providers', icon: Plug, about: 'key keys secret keychain api token server address embedded' },
  models: {
    title: 'Models',
    icon: Cpu,
    about: 'default model fetch download window thinking where words go fallback proxy certificate authority network price',
  },
  instructions: { title: 'Instructions', icon: ScrollText, about: 'custom system prompt agents.md everywhere folder workspace trust' },
  agents: {
    title: 'Agents',
    icon: Bot,
    about: 'agent profile persona title name conversations assistant preset instructions model tools import export starters',
  },
  tools: {
    title: 'Tools and permissions',
    icon: ShieldCheck,
    about: 'rules rule allow deny ask always never revoke sandbox commands files',
  },
  appearance: {
    title: 'Appearance',
    icon: Sun,
    about: 'theme light dark contrast density compact look language english deutsch german notifications tell',
  },
  data: {
    title: 'Data',
    icon: Database,
    about: 'folder size conversations export delete disk backup storage space retention days free log',
  },
  about: { title: 'About and licences', icon: Info, about: 'version licence fonts packages check doctor diagnostics help bug report' },
};

/** The section of an address; what is not known is the first. */
export function sectionOf(name: string): SettingsSection {
  return SECTIONS.find((section) => section === name) ?? 'providers';
}
