import { assertEquals } from "@std/assert";
import { OutputRing } from "../../../src/pty/output_ring.ts";
import { ScreenReader } from "../../../src/pty/screen_reader.ts";
import { SizeHistory } from "../../../src/pty/size_history.ts";
import { XtermScreen } from "../../../src/terminal/screen/session_screen.ts";
import {
  openTerminal,
  partsOf,
} from "../../../src/terminal/screen/xterm_parts.ts";
import { useUnicode } from "../../../src/terminal/unicode/unicode_modes.ts";
import { utf8 } from "../../support/bytes.ts";
import { randomFrom } from "../../support/random.ts";
import { stateOf } from "./screen_state.ts";

const SIZE = { columns: 80, rows: 24 };
const LINES = 100;

/** Counts what a terminal has to parse. */
class CountedScreen extends XtermScreen {
  parsed = 0;
  override write(bytes: Uint8Array): void {
    this.parsed += bytes.length;
    super.write(bytes);
  }
}

for (
  const [name, line, most] of [
    ["text without sequences", "some line of text", 0.1],
    ["coloured text", "\x1b[31msome\x1b[m line", 1],
    ["text in the alternate screen", "some line", 1],
  ] as const
) {
  Deno.test(`after a flood of ${name}, a snapshot is what a terminal that parsed all shows`, () => {
    const random = randomFrom(7);
    const ring = new OutputRing(262_144);
    const sizes = new SizeHistory(SIZE);
    const screen = new CountedScreen(SIZE, LINES);
    const reader = new ScreenReader(ring, sizes, () => screen);
    const there = openTerminal(SIZE.columns, SIZE.rows, LINES);
    useUnicode(there, () => false);
    const write = (text: string): void => {
      reader.append(utf8(text));
      partsOf(there).writeSync(utf8(text));
    };
    write("\x1b[1mbold\r\n");
    if (name.includes("alternate")) write("\x1b[?1049h\x1b[?2004h");
    for (let i = 0; i < 4000; i++) {
      write(`${line} ${i} ${"x".repeat(random() * 150)}\r\n`);
    }
    const { bytes, offset } = reader.snapshot();
    assertEquals(offset, ring.end);
    const late = openTerminal(SIZE.columns, SIZE.rows, LINES);
    useUnicode(late, () => false);
    partsOf(late).writeSync(bytes);
    assertEquals(stateOf(late), stateOf(there));
    assertEquals(screen.parsed <= most * offset, true);
    for (const terminal of [there, late]) terminal.dispose();
    reader.dispose();
  });
}
