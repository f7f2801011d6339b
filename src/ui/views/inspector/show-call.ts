import type { ToolCall } from '../../../core/models/tool-call.ts';
import { toggleInspector } from '../../layout.ts';
import { goTo } from '../../route.ts';

/** Shows where a call stands in the conversation. On a narrow window the inspector covers that, so it makes way. */
export function showCall(call: ToolCall): void {
  goTo({ screen: 'conversation', id: call.conversationId, messageId: call.messageId });
  if (matchMedia('(max-width: 720px)').matches) toggleInspector();
}
