import type {
  Pty,
  PtyExit,
  PtyListener,
  SignalName,
} from "../../src/pty/pty.ts";
import type { PtySize } from "../../src/pty/size.ts";
import { utf8 } from "../support/bytes.ts";

/** A PTY that a test controls. */
export class MemoryPty implements Pty {
  readonly pid = 100;
  exit: PtyExit | undefined;
  waitingBytes = 0;
  paused = false;
  closed = false;
  readonly sizes: PtySize[] = [];
  readonly signals: string[] = [];
  /** Process groups with processes left. */
  readonly groups: Set<number> = new Set([100]);
  foregroundGroup = 100;
  /** Keys that the terminal makes signals. */
  readonly signalKeys: Set<number> = new Set([3]);
  /** How often waiting input was dropped. */
  drops = 0;
  #listener: PtyListener | undefined;

  start(listener: PtyListener): void {
    this.#listener = listener;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  write(_bytes: Uint8Array, done: (error?: unknown) => void): void {
    done();
  }

  interrupt(key: number): number | undefined {
    return this.signalKeys.has(key) ? this.dropInput() : undefined;
  }

  dropInput(): number {
    const dropped = this.waitingBytes;
    this.waitingBytes = 0;
    this.drops++;
    return dropped;
  }

  resize(size: PtySize): void {
    this.sizes.push(size);
  }

  foreground(): number {
    return this.foregroundGroup;
  }

  signal(group: number, signal: SignalName | 0): boolean {
    if (signal !== 0 && signal !== "SIGCONT") {
      this.signals.push(`${signal} ${group}`);
    }
    return this.groups.has(group);
  }

  close(): void {
    if (this.closed) return;
    this.endOutput();
  }

  /** The program writes. */
  say(text: string | Uint8Array): void {
    this.#listener?.output(typeof text === "string" ? utf8(text) : text);
  }

  /** The last process that had the terminal open closes it. */
  endOutput(): void {
    this.closed = true;
    this.#listener?.closed();
  }

  /** The program ends, and with it all groups except those that are left. */
  end(code = 0, ...left: number[]): void {
    this.groups.clear();
    for (const group of left) this.groups.add(group);
    this.exit = { code, signal: undefined, error: undefined };
    this.#listener?.exited();
  }
}
