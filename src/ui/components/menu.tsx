import { DropdownMenu as Radix } from 'radix-ui';
import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { Kbd } from './kbd.tsx';
import './menu.css';

interface MenuProps {
  /** What opens it. */
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
  readonly side?: 'top' | 'bottom';
  readonly name: string;
  readonly wide?: boolean;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  /** Where the focus goes when it closes, if not back to the trigger. */
  readonly onCloseAutoFocus?: (event: Event) => void;
}

export function Menu({ trigger, children, align = 'start', side = 'bottom', name, wide = false, onCloseAutoFocus, ...rest }: MenuProps) {
  return (
    // Not modal: what is behind it stays readable and scrollable, and no style is injected to lock it.
    <Radix.Root modal={false} {...rest}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={`menu ${wide ? 'is-wide' : ''}`}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          aria-label={name}
          {...(onCloseAutoFocus ? { onCloseAutoFocus } : {})}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps {
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
  readonly hint?: ReactNode;
  readonly keys?: string;
  readonly harm?: boolean;
  readonly disabled?: boolean;
  /** For one of several: whether it is the chosen one. */
  readonly chosen?: boolean;
  readonly onSelect: () => void;
}

export function MenuItem({ icon, children, hint, keys, harm = false, disabled = false, chosen, onSelect }: MenuItemProps) {
  const inside = (
    <>
      {icon ? <Icon of={icon} small /> : null}
      <span className="grow menu-words">
        <span className="cut">{children}</span>
        {hint ? <span className="hint cut">{hint}</span> : null}
      </span>
      {keys ? <Kbd>{keys}</Kbd> : null}
    </>
  );
  const className = `menu-item ${harm ? 'is-harm' : ''} ${chosen ? 'is-chosen' : ''}`;
  if (chosen !== undefined) {
    return (
      <Radix.CheckboxItem className={className} checked={chosen} disabled={disabled} onSelect={onSelect}>
        {inside}
      </Radix.CheckboxItem>
    );
  }
  return (
    <Radix.Item className={className} disabled={disabled} onSelect={onSelect}>
      {inside}
    </Radix.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="menu-label label">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="menu-line" />;
}
