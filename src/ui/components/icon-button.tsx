import type { LucideIcon } from 'lucide-react';
import { Button, type ButtonProps } from './button.tsx';
import { Icon } from './icon.tsx';
import { Tooltip } from './tooltip.tsx';

export interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  readonly icon: LucideIcon;
  /** The name: read aloud, and shown as a tip. */
  readonly name: string;
  /** Its key, shown in the tip. */
  readonly keys?: string;
  /** 14 px instead of 16. */
  readonly fine?: boolean;
}

/** An icon alone always has a name and a tip. */
export function IconButton({ icon, name, keys, fine = false, look = 'plain', small = true, className = '', ...rest }: IconButtonProps) {
  return (
    <Tooltip text={name} {...(keys ? { keys } : {})}>
      <Button look={look} small={small} className={`is-icon ${className}`} aria-label={name} {...rest}>
        <Icon of={icon} small={fine} />
      </Button>
    </Tooltip>
  );
}
