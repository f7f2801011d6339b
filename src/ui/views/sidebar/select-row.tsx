import type { ConversationLine } from '../../../contract/views.ts';
import { Visible } from '../../components/visible.tsx';
import { titleOf } from '../../stores/conversations-store.ts';
import { selectThrough, toggleSelected, useSelection } from '../../stores/selection-store.ts';

/** The conversations that can be taken, as they stand on the screen: what a closed folder holds is not among them. */
export function idsOnScreen(within: Element): readonly string[] {
  const room = within.closest('.side-scroll') ?? within;
  return [...room.querySelectorAll<HTMLElement>('input.side-link')].map((box) => box.dataset['id'] ?? '');
}

/** A conversation while several are taken: its box instead of its link. With Shift all rows up to it are taken. */
export function SelectRow({ line }: { line: ConversationLine }) {
  const isTaken = useSelection((state) => state.ids.has(line.id));
  return (
    <li className="side-row">
      <label className="side-item side-select">
        <input
          type="checkbox"
          className="side-link"
          data-id={line.id}
          checked={isTaken}
          onChange={(event) => {
            const { nativeEvent } = event;
            if (nativeEvent instanceof MouseEvent && nativeEvent.shiftKey) selectThrough(line.id, idsOnScreen(event.currentTarget));
            else toggleSelected(line.id);
          }}
          onKeyDown={(event) => {
            if (event.key !== ' ' || !event.shiftKey) return;
            event.preventDefault();
            selectThrough(line.id, idsOnScreen(event.currentTarget));
          }}
        />
        <span className="grow cut">
          <Visible text={titleOf(line)} />
        </span>
      </label>
    </li>
  );
}
