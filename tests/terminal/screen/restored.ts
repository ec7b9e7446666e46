/**
 * Two terminals that are given the same output, one of them through a snapshot.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { XtermScreen } from "../../../src/terminal/screen/session_screen.ts";
import {
  openTerminal,
  partsOf,
  type Terminal,
} from "../../../src/terminal/screen/xterm_parts.ts";
import { useUnicode } from "../../../src/terminal/unicode/unicode_modes.ts";
import { stateOf } from "./screen_state.ts";

/** Rows above the screen of all terminals here. */
const SCROLLBACK = 60;

/** A size of a terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A part of the output, and the size from its end on. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly size?: Size | undefined;
}

/** The terminal of a page, and what it sends. */
class Page {
  readonly terminal: Terminal;
  readonly replies: string[] = [];

  constructor({ columns, rows }: Size) {
    this.terminal = openTerminal(columns, rows, SCROLLBACK);
    useUnicode(this.terminal, () => true);
    this.terminal.onData((data) => this.replies.push(data));
  }

  write(bytes: Uint8Array): void {
    partsOf(this.terminal).writeSync(bytes);
  }

  play(parts: readonly Part[]): void {
    for (const { bytes, size } of parts) {
      this.write(bytes);
      if (size) this.terminal.resize(size.columns, size.rows);
    }
  }
}

/**
 * Returns false if the state cannot be compared. Fails if a terminal that was given a snapshot after `before` differs from one
 * that was given everything, at once or after the output that follows.
 */
export function assertRestored(
  first: Size,
  before: readonly Part[],
  after: readonly Part[],
  context: string,
): boolean {
  const screen = new XtermScreen(first, SCROLLBACK);
  const there = new Page(first);
  let size = first;
  for (const part of before) {
    screen.write(part.bytes);
    if (part.size) screen.resize(part.size);
    size = part.size ?? size;
  }
  there.play(before);
  if (hasHalf(there.terminal)) return false;
  const { alt } = partsOf(there.terminal).buffers;
  const further = alt.ybase > 0 ? after.map(({ bytes }) => ({ bytes })) : after;
  const snapshot = screen.snapshot();
  const late = new Page(size);
  late.write(snapshot);
  const text = new TextDecoder().decode(snapshot);
  assertEquals(late.replies, [], `${context}: ${JSON.stringify(text)}`);
  assertEquals(stateOf(late.terminal), stateOf(there.terminal), context);
  there.replies.length = 0;
  there.play(further);
  late.play(further);
  assertEquals(stateOf(late.terminal), stateOf(there.terminal), context);
  assertEquals(late.replies, there.replies, context);
  screen.dispose();
  for (const { terminal } of [there, late]) {
    const { normal, alt } = partsOf(terminal).buffers;
    normal._memoryCleanupQueue.clear();
    alt._memoryCleanupQueue.clear();
    terminal.dispose();
  }
  return true;
}

/**
 * Whether xterm.js has left the first half of a wide character without the
 * second one, which no output can make.
 */
function hasHalf(terminal: Terminal): boolean {
  return stateOf(terminal).some((line) =>
    /<2>(?! ?<0>|\{[^}]*\} ?<0>|$)/.test(line) || /<2>$/.test(line)
  );
}
