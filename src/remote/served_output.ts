/**
 * What a client is sent: replies, failures, and news of its actors.
 *
 * @module
 */
import type { LogicalConnection } from "../session/mod.ts";
import type { BodyCodec } from "./body.ts";
import { faultOf } from "./failure.ts";
import { FrameType, writeHead } from "./frames.ts";
import { Outbox } from "./outbox.ts";
import type { ServedSettings } from "./served_settings.ts";

/** The sending half of a connection to a client. */
export class ServedOutput {
  readonly outbox: Outbox;
  readonly bodies: BodyCodec;
  readonly #settings: ServedSettings;

  constructor(connection: LogicalConnection, settings: ServedSettings) {
    this.outbox = new Outbox(connection, settings);
    this.bodies = settings.bodies;
    this.#settings = settings;
  }

  /**
   * Sends a message with a body.
   *
   * @throws {CodecError} if the body cannot be encoded; nothing is sent.
   */
  send(type: number, number: number, body: unknown): void {
    this.outbox.add(writeHead(this.bodies.encode(body), type, number));
  }

  /** Sends a failure in place of a reply, or at the end of a stream. */
  fault(id: number, error: unknown): void {
    this.send(FrameType.FAULT, id, this.faultOf(error));
  }

  /** Returns what a client learns of an error. */
  faultOf(error: unknown): object {
    try {
      return faultOf(error, this.#settings.describeFailure);
    } catch (thrown) {
      this.#settings.report(thrown);
      return { kind: "failed", name: "Error", message: "The handler failed" };
    }
  }
}
