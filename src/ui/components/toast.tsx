import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useToasts, type Toast } from '../stores/toast-store.ts';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';
import { Visible } from './visible.tsx';
import { say } from '../words/say.ts';
import './toast.css';

/** How long one is shown, and one that offers something to do; milliseconds. It stays while it has the pointer or the focus. */
const SHOWN_FOR = 6_000;
const OFFERED_FOR = 12_000;

/** Where short news are told: below the bar, where nothing is written or chosen. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div className="toasts" role="status">
      {toasts.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function OneToast({ toast }: { toast: Toast }) {
  const close = useToasts((state) => state.close);
  const [isHeld, setHeld] = useState(false);
  const shownFor = toast.act ? OFFERED_FOR : SHOWN_FOR;
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => close(toast.id), shownFor);
    return () => clearTimeout(timer);
  }, [close, toast.id, shownFor, isHeld]);
  return (
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="grow">
        <Visible text={toast.text} />
      </span>
      {toast.act ? (
        <Button
          look="plain"
          small
          onClick={() => {
            close(toast.id);
            toast.act?.run();
          }}
        >
          {toast.act.label}
        </Button>
      ) : null}
      <IconButton icon={X} name={say`Close`} fine onClick={() => close(toast.id)} />
    </div>
  );
}
