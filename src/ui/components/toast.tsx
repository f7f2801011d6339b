import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useToasts, type Toast } from '../stores/toast-store.ts';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';
import { Visible } from './visible.tsx';
import './toast.css';

const SHOWN_FOR = 6_000;

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
  useEffect(() => {
    const timer = setTimeout(() => close(toast.id), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [close, toast.id]);
  return (
    <div className="toast">
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
      <IconButton icon={X} name="Close" fine onClick={() => close(toast.id)} />
    </div>
  );
}
