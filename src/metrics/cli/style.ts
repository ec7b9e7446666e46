/**
 * How parts of a line stand out on a terminal.
 *
 * @module
 */

/** Wraps a text in a style, which ends with it. */
function styled(on: number, off: number): (text: string) => string {
  return (text) => `\x1b[${on}m${text}\x1b[${off}m`;
}

/** Makes a text bold. */
export const bold: (text: string) => string = styled(1, 22);
/** Makes a text dim. */
export const dim: (text: string) => string = styled(2, 22);
/** Swaps the colours of a text and of what is behind it. */
export const inverse: (text: string) => string = styled(7, 27);
/** Makes a text red; bold where `NO_COLOR` asks for no colours. */
export const red: (text: string) => string = Deno.noColor
  ? bold
  : styled(31, 39);
/** Makes a text yellow; bold where `NO_COLOR` asks for no colours. */
export const yellow: (text: string) => string = Deno.noColor
  ? bold
  : styled(33, 39);
