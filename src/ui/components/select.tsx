import { ChevronsUpDown } from 'lucide-react';
import { Icon } from './icon.tsx';
import './select.css';

interface SelectProps {
  readonly name: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
}

/** One of many, by the browser's own list: it knows every keyboard and every screen reader. */
export function Select({ name, value, options, onChange, mono = false }: SelectProps) {
  return (
    <span className={`select ${mono ? 'mono' : ''}`}>
      <select aria-label={name} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon of={ChevronsUpDown} small />
    </span>
  );
}
