import { create } from 'zustand';

export interface Toast {
  readonly id: number;
  readonly text: string;
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

/** Tells something short. At most three are shown. */
export function tell(text: string, act?: Toast['act']): void {
  const toast: Toast = { id: next, text, ...(act ? { act } : {}) };
  next += 1;
  useToasts.setState((state) => ({ toasts: [...state.toasts.slice(-2), toast] }));
}
