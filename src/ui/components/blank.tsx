import type { ReactNode } from 'react';
import { Sign } from './sign.tsx';
import './blank.css';

/** Nothing is here yet: what will stand here, and when. */
export function Blank({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="blank">
      <Sign lit="" />
      <p className="medium">{title}</p>
      <p>{children}</p>
    </div>
  );
}
