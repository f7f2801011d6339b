import { Globe, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { Visible } from './visible.tsx';
import { say } from '../words/say.ts';
import './tag.css';

/** A small mark. `outside` is dashed: what it names came from beyond the house. */
export function Tag({
  look = 'plain',
  icon,
  children,
}: {
  look?: 'plain' | 'live' | 'bad' | 'fill' | 'outside';
  icon?: LucideIcon;
  children: ReactNode;
}) {
  const drawing = icon ?? (look === 'outside' ? Globe : null);
  return (
    <span className={`tag is-${look}`}>
      {drawing ? <Icon of={drawing} small /> : null}
      {children}
    </span>
  );
}

interface ChipProps {
  readonly icon: LucideIcon;
  /** Shown in place of the icon. */
  readonly picture?: string;
  readonly name: string;
  readonly detail?: string;
  readonly outside?: boolean;
  /** Its name is a button then. */
  readonly onOpen?: () => void;
  /** A button at its end. */
  readonly children?: ReactNode;
}

/** A thing that was handed over: a file, a page. */
export function Chip({ icon, picture, name, detail, outside = false, onOpen, children }: ChipProps) {
  const words = <Visible text={name} />;
  return (
    <span className={`chip ${outside ? 'is-outside' : ''}`}>
      {picture === undefined ? <Icon of={icon} small /> : <img className="chip-picture" src={picture} alt="" />}
      {onOpen ? (
        <button type="button" className="chip-name cut" onClick={onOpen}>
          {words}
        </button>
      ) : (
        <span className="cut">{words}</span>
      )}
      {detail ? <span className="quiet nowrap">{detail}</span> : null}
      {outside ? <span className="unseen">{say`from outside`}</span> : null}
      {children}
    </span>
  );
}
