import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { api } from '../../api.ts';
import { Visible } from '../../components/visible.tsx';
import { mentionAt, withPath, type Mention } from './mention.ts';
import { say } from '../../words/say.ts';
import './file-offers.css';

/** How long one has stopped typing before files are looked for; milliseconds. */
const PAUSE = 80;
const LIST = 'file-offers';
const optionId = (index: number): string => `${LIST}-${index}`;

interface Offers {
  readonly files: readonly string[];
  readonly at: number;
  /** Looks at what is typed before the caret. */
  look(): void;
  close(): void;
  choose(path: string): void;
  /** Whether the key was meant for the list. */
  onKeyDown(event: KeyboardEvent): boolean;
  /** What tells a screen reader that the field has a list. */
  readonly attributes: Readonly<Record<string, string | boolean>>;
}

/** Files of the workspace that fit what is typed behind an `@`. */
export function useFileOffers(
  area: React.RefObject<HTMLTextAreaElement | null>,
  workspace: string | undefined,
  write: (text: string) => void,
): Offers {
  const [mention, setMention] = useState<Mention | null>(null);
  const [files, setFiles] = useState<readonly string[]>([]);
  const [at, setAt] = useState(0);
  const caret = useRef<number | null>(null);
  const query = mention?.query;

  useEffect(() => {
    if (query === undefined || workspace === undefined) {
      setFiles([]);
      return undefined;
    }
    let isOver = false;
    const timer = setTimeout(() => {
      void api.workspaces
        .files({ path: workspace, query })
        .catch(() => ({ files: [] }))
        .then((found) => {
          if (isOver) return;
          setFiles(found.files);
          setAt(0);
        });
    }, PAUSE);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [query, workspace]);

  useLayoutEffect(() => {
    if (caret.current === null) return;
    area.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });

  const close = () => setMention(null);
  const choose = (path: string) => {
    const element = area.current;
    if (!element || !mention) return;
    const next = withPath(element.value, mention, path);
    caret.current = next.caret;
    close();
    write(next.text);
    element.focus({ preventScroll: true });
  };
  const isOpen = mention !== null && files.length > 0;
  return {
    files: isOpen ? files : [],
    at,
    close,
    choose,
    look() {
      const element = area.current;
      const found = element && element.selectionStart === element.selectionEnd ? mentionAt(element.value, element.selectionStart) : null;
      setMention((before) => (before?.from === found?.from && before?.query === found?.query ? before : found));
    },
    onKeyDown(event) {
      if (!isOpen || event.nativeEvent.isComposing) return false;
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step !== 0) setAt((at + step + files.length) % files.length);
      else if (event.key === 'Enter' || event.key === 'Tab') choose(files[at] ?? '');
      else if (event.key === 'Escape') close();
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    attributes: {
      'aria-autocomplete': 'list',
      // A field of several lines may not be a combobox by name; it has its list all the same.
      'aria-haspopup': 'listbox',
      ...(isOpen ? { 'aria-controls': LIST, 'aria-activedescendant': optionId(at) } : {}),
    },
  };
}

export function FileOffers({ offers }: { offers: Offers }) {
  const { files, at, choose } = offers;
  const chosen = useRef<HTMLDivElement>(null);
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  if (files.length === 0) return null;
  return (
    <>
      <p className="unseen" role="status">
        {files.length === 1 ? say`1 file` : say`${files.length} files`}
        {say`: choose with the arrow keys and Enter`}
      </p>
      <div id={LIST} className="file-offers" role="listbox" aria-label={say`Files of this folder`}>
        {files.map((path, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the field's, which keeps the focus
          <div
            key={path}
            id={optionId(index)}
            ref={index === at ? chosen : null}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="mono"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(path)}
          >
            <Visible text={path} />
          </div>
        ))}
      </div>
    </>
  );
}
