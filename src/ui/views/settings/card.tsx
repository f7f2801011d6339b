import type { ReactNode } from 'react';

/** A group of settings under a name. `aside` says in a few words what holds for all of them. */
export function Group({ title, aside, children }: { title?: string; aside?: string; children: ReactNode }) {
  return (
    <section className="settings-group">
      {title ? (
        <h2>
          {title} {aside ? <span className="settings-aside">{aside}</span> : null}
        </h2>
      ) : null}
      {children}
    </section>
  );
}

export function Card({ children, padded = false }: { children: ReactNode; padded?: boolean }) {
  return <div className={`settings-card ${padded ? 'is-padded' : ''}`}>{children}</div>;
}

interface LineProps {
  readonly title: ReactNode;
  readonly detail?: ReactNode;
  /** At its right end: figures, buttons. */
  readonly children?: ReactNode;
  /** What is opened below it. */
  readonly below?: ReactNode;
}

/** One thing that can be set, with what it is now. */
export function Line({ title, detail, children, below }: LineProps) {
  return (
    <div className="settings-line">
      <div className="settings-words">
        <span className="medium">{title}</span>
        {detail ? <small>{detail}</small> : null}
      </div>
      {children ? <div className="settings-do">{children}</div> : null}
      {below ? <div className="settings-below">{below}</div> : null}
    </div>
  );
}
