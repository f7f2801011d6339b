import { Trash } from 'lucide-react';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { bringBack } from '../../stores/conversations-store.ts';
import { say } from '../../words/say.ts';

/** In the place of the composer: in the trash nothing is said. */
export function InTrash({ conversationId }: { conversationId: string }) {
  return (
    <div className="dock">
      <div className="column">
        <p className="note in-trash">
          <Icon of={Trash} small />
          <span>{say`This conversation is in the trash. It is deleted 30 days after it came there.`}</span>
          <Button small onClick={() => void bringBack(conversationId, 'trash')}>
            {say`Restore`}
          </Button>
        </p>
      </div>
    </div>
  );
}
