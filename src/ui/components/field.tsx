import type { InputHTMLAttributes, ReactNode, Ref } from 'react';
import './field.css';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  /** What it is for, read aloud. */
  readonly name: string;
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly soft?: boolean;
  /** What is wrong with what stands in it. */
  readonly wrong?: string | undefined;
  readonly ref?: Ref<HTMLInputElement>;
}

export function Field({ name, before, after, soft = false, wrong, className = '', ...rest }: FieldProps) {
  return (
    <>
      <label className={`field ${soft ? 'is-soft' : ''} ${wrong ? 'is-wrong' : ''} ${className}`}>
        {before}
        <input aria-label={name} aria-invalid={wrong ? true : undefined} spellCheck={false} autoComplete="off" {...rest} />
        {after}
      </label>
      {wrong ? (
        <p className="field-wrong" role="alert">
          {wrong}
        </p>
      ) : null}
    </>
  );
}
