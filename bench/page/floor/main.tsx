import { StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';

/**
 * The least that a page can be: React, and a field to write in. With `?words=N&every=MS` it also shows N words of four characters as plain
 * text, one after the other, as a streamed answer would come.
 */
const query = new URLSearchParams(location.search);
const words = Number(query.get('words') ?? 0);
const every = Number(query.get('every') ?? 0);

function Page() {
  const text = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (words === 0) return;
    const startedAt = performance.now();
    let shown = 0;
    const timer = setInterval(() => {
      const due = Math.min(words, Math.floor((performance.now() - startedAt) / every));
      for (; shown < due; shown += 1) text.current?.append(`${String(shown % 1000).padStart(3, '0')} `);
      text.current?.scrollTo(0, text.current.scrollHeight);
      if (shown < words) return;
      clearInterval(timer);
      document.title = 'Done';
    }, every);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <pre ref={text} style={{ whiteSpace: 'pre-wrap', width: 536, height: 600, overflow: 'auto' }} />
      <textarea aria-label="Message" />
    </>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
