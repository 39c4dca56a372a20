/** What the writer answers for an event that got no position: positions themselves begin at 1. */
export const DUPLICATE = 0;
export const CONFLICT = -1;
