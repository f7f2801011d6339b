import { create } from 'zustand';

export interface Toast {
  readonly id: number;
  readonly text: string;
  /** Of each kind only the newest is shown. */
  readonly kind: string;
  readonly act?: { readonly label: string; readonly run: () => void };
}

interface ToastState {
  readonly toasts: readonly Toast[];
  readonly close: (id: number) => void;
}

let next = 1;

export const useToasts = create<ToastState>((set) => ({
  toasts: [],
  close: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));

/** Tells something short. At most three are shown, and of each kind one: what is said again takes the place of what was said before. */
export function tell(text: string, { act, kind = text }: { act?: Toast['act']; kind?: string } = {}): void {
  const toast: Toast = { id: next, text, kind, ...(act ? { act } : {}) };
  next += 1;
  useToasts.setState((state) => ({ toasts: [...state.toasts.filter((each) => each.kind !== kind).slice(-2), toast] }));
}
