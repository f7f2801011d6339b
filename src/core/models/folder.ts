/** A place for conversations in the list; one level, and a conversation is in at most one. */
export interface Folder {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** Characters of a folder's name. */
export const FOLDER_NAME_LIMIT = 60;
