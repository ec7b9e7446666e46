/**
 * The sink of the input ledger that types into the session of one attachment.
 *
 * @module
 */
import { typeInto } from "../../pty/internal.ts";
import { type PtyAttachment, PtyEndedError } from "../../pty/mod.ts";
import type { AttachmentEvent } from "./attachment_events.ts";
import type { InputLedger, InputSink } from "./input_ledger.ts";

/** What the sink uses of the actor of an attachment. */
export interface SinkParts {
  /** The ledger whose input it takes. */
  readonly ledger: InputLedger;
  /** Returns the attachment, once there is one. */
  readonly attachment: () => PtyAttachment | undefined;
  /** Called when so many bytes were typed. */
  readonly taken: (bytes: number) => void;
  /** Called with everything else that happens. */
  readonly act: (event: AttachmentEvent) => void;
}

/** Takes the viewer's input from the ledger, in order and once. */
export class AttachmentSink implements InputSink {
  readonly #parts: SinkParts;

  /** A sink for the attachment that the parts belong to. */
  constructor(parts: SinkParts) {
    this.#parts = parts;
  }

  write(bytes: Uint8Array, done: (error?: unknown) => void): void {
    const attachment = this.#parts.attachment();
    if (attachment !== undefined) return typeInto(attachment, bytes, done);
    done(new Error("Cannot type: the viewer is not attached"));
  }

  async interrupt(key: number): Promise<boolean> {
    return await this.#parts.attachment()?.interrupt(key) !== undefined;
  }

  taken(bytes: number): void {
    this.#parts.taken(bytes);
  }

  dropped(bytes: number): void {
    const { act, ledger: { taken: sequence } } = this.#parts;
    act({ type: "input_dropped", sequence, bytes });
  }

  failed(error: unknown): void {
    // The exit is reported to the viewer anyway.
    if (error instanceof PtyEndedError) return;
    this.#parts.act({ type: "input_failed" });
  }

  replaced(): void {
    this.#parts.act({ type: "replaced" });
  }
}
