import { FileText } from 'lucide-react';
import { Chip } from '../../components/tag.tsx';
import type { Sending } from '../../stores/sending-store.ts';
import { say } from '../../words/say.ts';

/** One's own words on their way. */
export function SendingView({ sending }: { sending: Sending }) {
  return (
    <article className="turn is-person is-sending" aria-label={say`You, being sent`}>
      <div className="said">
        <div className="said-text">{sending.text}</div>
        {sending.files.length > 0 ? (
          <div className="chips">
            {sending.files.map((name) => (
              <Chip key={name} icon={FileText} name={name} />
            ))}
          </div>
        ) : null}
      </div>
    </article>
  );
}
