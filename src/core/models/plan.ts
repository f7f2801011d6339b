export type PlanItemState = 'pending' | 'active' | 'done' | 'dropped';

export interface PlanItem {
  readonly text: string;
  readonly state: PlanItemState;
}

/** The visible plan of a run: what the agent means to do, in order. */
export interface Plan {
  readonly items: readonly PlanItem[];
}

/** The plan as plain lines: `[x]` done, `[>]` active, `[ ]` pending, `[-]` dropped. */
export function planAsText(plan: Plan): string {
  const sign = { done: 'x', active: '>', pending: ' ', dropped: '-' } as const;
  return plan.items.map((item) => `[${sign[item.state]}] ${item.text}`).join('\n');
}
