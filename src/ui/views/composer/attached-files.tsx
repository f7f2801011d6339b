import { FileText, X } from 'lucide-react';
import { Chip } from '../../components/tag.tsx';
import { Icon } from '../../components/icon.tsx';
import { bytes } from '../../figures.ts';
import type { Attached } from './attached-file.ts';

/** The files that go with the next message. */
export function AttachedFiles({ files, onRemove }: { files: readonly Attached[]; onRemove: (name: string) => void }) {
  if (files.length === 0) return null;
  return (
    <div className="chips">
      {files.map((file) => (
        <Chip key={file.name} icon={FileText} name={file.name} detail={bytes(file.bytes)} outside>
          <button type="button" aria-label={`Remove ${file.name}`} onClick={() => onRemove(file.name)}>
            <Icon of={X} small />
          </button>
        </Chip>
      ))}
    </div>
  );
}
