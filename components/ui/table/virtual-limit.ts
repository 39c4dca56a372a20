/** Rows above this are drawn only where they are seen. */
export const VIRTUAL_ABOVE_ROWS = 300;
