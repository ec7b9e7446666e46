/**
 * The view on a terminal, as a process of its own on a real PTY.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import type { Ptys } from "../../pty/ptys.ts";
import { Screen } from "../../pty/screen.ts";

/** The command line of the view. */
export const MAIN: string =
  new URL("../../../src/metrics/cli/main.ts", import.meta.url).href;
/** What begins a drawing. */
const FRAME = "\x1b[?2026h\x1b[H";
/** What ends one: until then a part of it may be yet to come. */
const FRAME_END = "\x1b[?2026l";
/** What gives a terminal back. */
export const LEFT = "\x1b[?25h\x1b[?1049l";

/** The view on a PTY. */
export class Viewer implements AsyncDisposable {
  readonly screen: Screen;

  private constructor(screen: Screen) {
    this.screen = screen;
  }

  static async on(
    ptys: Ptys,
    url: string,
    { columns = 120, rows = 20, env = {} }: {
      readonly columns?: number;
      readonly rows?: number;
      readonly env?: Record<string, string>;
    } = {},
  ): Promise<Viewer> {
    const session = await ptys.spawn({
      command: Deno.execPath(),
      args: ["run", "--quiet", "--allow-net", MAIN, url],
      size: { columns, rows },
      env,
    });
    return new Viewer(await Screen.of(session));
  }

  /** What was drawn last, and wholly. */
  get drawn(): string {
    const frames = this.screen.text.split(FRAME).slice(1);
    const last = frames.findLast((frame) => frame.includes(FRAME_END)) ?? "";
    return last.slice(0, Math.max(0, last.indexOf(FRAME_END)));
  }

  /** The lines of what was drawn last, without colours. */
  get lines(): string[] {
    return this.drawn.split(/\r+\n/).map(stripVTControlCharacters);
  }

  type(text: string): void {
    void this.screen.attachment.write(new TextEncoder().encode(text));
  }

  shows(...texts: string[]): Promise<void> {
    return this.screen.until(() => {
      const drawn = this.lines.join("\n");
      return texts.every((text) => drawn.includes(text));
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.screen[Symbol.asyncDispose]();
  }
}
