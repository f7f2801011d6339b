import { posix } from 'node:path';
import type { ZipArchive } from './zip-archive.ts';
import { readXml } from './xml.ts';

/** What a part of an Office document points at. */
export interface Relation {
  /** The last word of its type: `worksheet`, `hyperlink` … */
  readonly type: string;
  /** A path inside the package, or an address where it is external. */
  readonly target: string;
  readonly isExternal: boolean;
}

/** The relations of a part, by id (ECMA-376 part 2, 9.3). */
export function relationsOf(zip: ZipArchive, part: string): Map<string, Relation> {
  const relations = new Map<string, Relation>();
  const file = zip.read(`${posix.dirname(part)}/_rels/${posix.basename(part)}.rels`.replace(/^\.\//, ''));
  if (!file) return relations;
  readXml(file, {
    open(name, attributes) {
      if (name !== 'Relationship') return;
      const { Id = '', Type = '', Target = '', TargetMode } = attributes;
      const isExternal = TargetMode === 'External';
      const target = isExternal ? Target : Target.startsWith('/') ? Target.slice(1) : posix.join(posix.dirname(part), Target);
      relations.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target, isExternal });
    },
  });
  return relations;
}
