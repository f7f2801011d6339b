import type { AgentEvent } from '../../core/agent/agent-event.ts';

/**
 * What the change feed keeps of an event: ids and states, never words. The words are in the tables.
 * Null: the event is not part of the feed (it is passing, or stored as draft chunks).
 */
export function eventBody(event: AgentEvent): Record<string, unknown> | null {
  switch (event.type) {
    case 'part_delta':
    case 'tool_output':
    case 'model_opened':
    case 'model_progressed':
      return null;
    case 'conversation_created':
      return { conversationId: event.conversation.id };
    case 'input_accepted':
      return {
        inputId: event.input.id,
        messageId: event.message.id,
        delivery: event.input.delivery,
        ...(event.branch ? { branch: event.branch } : {}),
      };
    case 'state_changed':
      return { state: event.state };
    case 'message_started':
      return { messageId: event.message.id, role: event.message.role };
    case 'step_started':
      return { step: event.step };
    case 'step_completed':
      return {
        stepId: event.stepId,
        usage: event.usage,
        cost: event.cost,
        finish: event.finish,
        ...(event.failure ? { code: event.failure.code } : {}),
      };
    case 'part_started':
      return { messageId: event.messageId, partId: event.part.id, type: event.part.type };
    case 'part_completed':
      return { partId: event.partId, state: event.state };
    case 'tool_call_proposed':
    case 'tool_call_changed':
    case 'tool_call_started':
    case 'tool_call_ended':
      return { callId: event.call.id, tool: event.call.tool, state: event.call.state };
    case 'file_recorded':
      return { changeId: event.change.id, callId: event.change.callId };
    case 'interaction_requested':
      return { interactionId: event.interaction.id, kind: event.interaction.prompt.kind };
    case 'interaction_closed':
      return { interactionId: event.interactionId, answer: event.answer?.kind ?? null, by: event.by };
    case 'rule_saved':
      return { ruleId: event.rule.id };
    case 'plan_updated':
      return { items: event.plan.items.length };
    case 'mode_changed':
      return { mode: event.mode };
    case 'context_trimmed':
      return { trimId: event.trim.id };
    case 'notice_raised':
      return { code: event.code };
    case 'run_completed':
      return {
        state: event.state,
        usage: event.usage,
        cost: event.cost,
        steps: event.steps,
        ...(event.failure ? { code: event.failure.code } : {}),
      };
  }
}
