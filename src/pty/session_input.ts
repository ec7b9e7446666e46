/**
 * What is typed into a session, and the signals that it sends.
 *
 * @module
 */
import { type PtyError, PtyInputFullError, PtySignalError } from "./errors.ts";
import { controlKey, isInterrupt } from "./interrupts.ts";
import type { Pty, SignalName } from "./pty.ts";
import { notTaken } from "./replies.ts";

/** Types into the terminal of a session. */
export class SessionInput {
  readonly #pty: Pty;
  readonly #limits: { readonly maxInputBytes: number };
  readonly #typed: () => void;

  /** Calls `typed` for everything that is typed. */
  constructor(
    pty: Pty,
    limits: { readonly maxInputBytes: number },
    typed: () => void,
  ) {
    this.#pty = pty;
    this.#limits = limits;
    this.#typed = typed;
  }

  /**
   * Types bytes; `done` is called once, when the terminal has taken them.
   *
   * @throws {PtyInputFullError} if too much waits already.
   */
  write(bytes: Uint8Array, done: (error?: PtyError) => void): void {
    const key = controlKey(bytes);
    if (key !== undefined && this.interrupt(key) !== undefined) return done();
    const waiting = this.#pty.waitingBytes;
    if (waiting > 0 && waiting + bytes.length > this.#limits.maxInputBytes) {
      throw new PtyInputFullError(
        `Cannot write: ${waiting} bytes already wait for the program, await the write before`,
      );
    }
    this.#typed();
    this.#pty.write(
      bytes,
      (cause) => cause === undefined ? done() : done(notTaken(cause)),
    );
  }

  /** Types a key if it is a signal; returns how many bytes it dropped. */
  interrupt(key: number): number | undefined {
    const dropped = this.#pty.interrupt(key);
    if (dropped !== undefined) this.#typed();
    return dropped;
  }
}

/**
 * Sends a signal to the process group in the foreground.
 *
 * @throws {PtySignalError} if that belongs to another user.
 */
export function sendSignal(pty: Pty, signal: SignalName): void {
  const group = pty.foreground();
  // As the key does, so that what was typed is not run afterwards.
  if (isInterrupt(signal) && pty.signal(group, 0)) pty.dropInput();
  if (pty.signal(group, signal)) return;
  throw new PtySignalError(
    `Cannot send ${signal}: the process in the foreground belongs to another user`,
  );
}
