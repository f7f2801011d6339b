import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { remember, useRecalled } from '../../stores/memory-store.ts';

const NARROWEST = 320;
const WIDEST = 640;
const USUAL = 400;
const KEY = 'layout:inspector-width';

function within(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
}

/** The left edge of the inspector: dragged, or moved by the arrow keys. Pixels, remembered. */
export function ResizeHandle() {
  const recalled = Number(useRecalled(KEY));
  const width = recalled > 0 ? within(recalled) : USUAL;
  const from = useRef<{ x: number; width: number } | null>(null);

  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty('--inspector-width', `${width}px`);
    return () => {
      style.removeProperty('--inspector-width');
    };
  }, [width]);

  const set = (next: number) => remember(KEY, within(next) === USUAL ? '' : String(within(next)));
  const move = (event: PointerEvent) => {
    if (from.current) set(from.current.width + from.current.x - event.clientX);
  };
  const step = (event: KeyboardEvent) => {
    const by = event.shiftKey ? 64 : 16;
    if (event.key === 'ArrowLeft') set(width + by);
    else if (event.key === 'ArrowRight') set(width - by);
    else if (event.key === 'Home') set(WIDEST);
    else if (event.key === 'End') set(NARROWEST);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className="resize-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the inspector"
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
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
      onDoubleClick={() => set(USUAL)}
    />
  );
}
