import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { remember, useRecalled } from '../stores/memory-store.ts';
import './resize-handle.css';

interface ResizeHandleProps {
  /** What has this width, read aloud. */
  readonly name: string;
  /** Under what it is remembered. */
  readonly memory: string;
  /** The property of the page's styles that says the width. */
  readonly property: `--${string}`;
  /** The edge of what is resized that it stands on. */
  readonly edge: 'left' | 'right';
  /** Pixels. */
  readonly narrowest: number;
  readonly usual: number;
  readonly widest: number;
}

/** The edge of a panel: dragged, or moved by the arrow keys; a double click sets it back. Remembered. */
export function ResizeHandle({ name, memory, property, edge, narrowest, usual, widest }: ResizeHandleProps) {
  const within = (wanted: number) => Math.round(Math.min(widest, Math.max(narrowest, wanted)));
  const recalled = Number(useRecalled(memory));
  const width = recalled > 0 ? within(recalled) : usual;
  const from = useRef<{ x: number; width: number } | null>(null);
  /** Towards where it grows. */
  const grows = edge === 'left' ? -1 : 1;

  useEffect(() => {
    const { style } = document.documentElement;
    if (recalled > 0) style.setProperty(property, `${width}px`);
    return () => {
      style.removeProperty(property);
    };
  }, [property, recalled, width]);

  const set = (next: number) => remember(memory, within(next) === usual ? '' : String(within(next)));
  const move = (event: PointerEvent) => {
    if (from.current) set(from.current.width + grows * (event.clientX - from.current.x));
  };
  const step = (event: KeyboardEvent) => {
    const by = grows * (event.shiftKey ? 64 : 16);
    const [leftmost, rightmost] = edge === 'left' ? [widest, narrowest] : [narrowest, widest];
    if (event.key === 'ArrowLeft') set(width - by);
    else if (event.key === 'ArrowRight') set(width + by);
    else if (event.key === 'Home') set(leftmost);
    else if (event.key === 'End') set(rightmost);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className={`resize-handle is-${edge}`}
      role="separator"
      aria-orientation="vertical"
      aria-label={name}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      aria-valuenow={width}
      tabIndex={0}
      onKeyDown={step}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
        event.preventDefault();
      }}
      onPointerMove={move}
      onPointerUp={() => {
        from.current = null;
      }}
      onDoubleClick={() => set(usual)}
    />
  );
}
