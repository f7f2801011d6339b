import { renderToStaticMarkup } from 'react-dom/server';
import { App } from './app.tsx';

/**
 * The window before anything is known of what is in it: written into the page when that is built, so that it stands, and can be written
 * in, before a script has come.
 */
export function shell(): string {
  return renderToStaticMarkup(
    <div className="early">
      <App />
    </div>,
  );
}
