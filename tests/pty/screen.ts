import type { PtyEvent } from "../../src/pty/protocol.ts";
import type { PtyExit } from "../../src/pty/pty.ts";
import type {
  AttachOptions,
  PtyAttachment,
  PtySession,
} from "../../src/pty/pty_session.ts";

/** A viewer that keeps all events, and acknowledges output unless frozen. */
export class Screen implements AsyncDisposable {
  readonly events: PtyEvent[] = [];
  /** Bytes of output that it received. */
  length = 0;
  /** Offsets of output that did not start where the output before ended. */
  readonly faults: number[] = [];
  /** Bytes that were not acknowledged because it was frozen. */
  owed = 0;
  attachment!: PtyAttachment;
  #frozen: boolean;
  #looks = new Set<() => void>();

  private constructor(frozen: boolean) {
    this.#frozen = frozen;
  }

  static async of(
    session: PtySession,
    options: Omit<AttachOptions, "viewer"> & { readonly frozen?: boolean } = {},
  ): Promise<Screen> {
    const { frozen = false, ...others } = options;
    const screen = new Screen(frozen);
    screen.attachment = await session.attach({
      ...others,
      viewer: { tell: (event) => screen.#take(event) },
    });
    return screen;
  }

  /** All bytes of output, gaps left out. */
  get bytes(): Uint8Array {
    const joined = new Uint8Array(this.length);
    let at = 0;
    for (const event of this.events) {
      if (event.type !== "output") continue;
      joined.set(event.bytes, at);
      at += event.bytes.length;
    }
    return joined;
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** Offset after the last byte that it received. */
  get offset(): number {
    const last = this.events.findLast((event) =>
      event.type === "output" || event.type === "gap"
    );
    if (last?.type === "output") return last.offset + last.bytes.length;
    return last?.type === "gap" ? last.to : this.attachment.offset;
  }

  get gaps(): { readonly from: number; readonly to: number }[] {
    return this.events.filter((event) => event.type === "gap")
      .map(({ from, to }) => ({ from, to }));
  }

  /** Acknowledges what it owes, and from now on all output. */
  thaw(): void {
    this.#frozen = false;
    this.attachment.acknowledge(this.owed);
    this.owed = 0;
  }

  freeze(): void {
    this.#frozen = true;
  }

  /** Waits until a condition holds, which is checked after each event. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  /** Waits until the output has a text. */
  shows(text: string): Promise<void> {
    return this.until(() => this.text.includes(text));
  }

  async exit(): Promise<PtyExit> {
    const ends = (event: PtyEvent) => event.type === "exit";
    await this.until(() => this.events.some(ends));
    const last = this.events.at(-1);
    if (last?.type === "exit") return last.exit;
    throw new Error("The exit was not the last event");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.attachment[Symbol.asyncDispose]();
  }

  #take(event: PtyEvent): boolean {
    if (event.type === "output") {
      if (event.offset !== this.offset) this.faults.push(event.offset);
      this.length += event.bytes.length;
      if (this.#frozen) this.owed += event.bytes.length;
      else this.attachment.acknowledge(event.bytes.length);
    }
    this.events.push(event);
    for (const look of [...this.#looks]) look();
    return true;
  }
}
