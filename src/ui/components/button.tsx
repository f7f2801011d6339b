import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import './button.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `main`: the one primary act of a surface. `plain`: no frame. `harm`: refuses. `harm-main`: cannot be undone. */
  readonly look?: 'main' | 'framed' | 'plain' | 'harm' | 'plain-harm' | 'harm-main';
  readonly small?: boolean;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

const LOOKS: Record<NonNullable<ButtonProps['look']>, string> = {
  main: 'is-main',
  framed: '',
  plain: 'is-plain',
  harm: 'is-harm',
  'plain-harm': 'is-plain is-harm',
  'harm-main': 'is-harm-main',
};

export function Button({ look = 'framed', small = false, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${LOOKS[look]} ${small ? 'is-small' : ''} ${className}`} {...rest}>
      {children}
    </button>
  );
}
