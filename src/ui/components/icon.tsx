import type { LucideIcon } from 'lucide-react';

/** A Lucide icon at the sizes of the house: 16 px, or 14 px where it stands in a row. It is decoration: the words beside it say it. */
export function Icon({ of: Drawing, small = false, className = '' }: { of: LucideIcon; small?: boolean; className?: string }) {
  return <Drawing className={`icon ${small ? 'small' : ''} ${className}`} strokeWidth={small ? 1.65 : 1.5} aria-hidden="true" />;
}
