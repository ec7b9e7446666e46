/**
 * What somebody sees of a change, and how it goes over the wire.
 *
 * @module
 */
import { encodeFrame } from "./sse_frame.ts";

/** What has happened to a record, for whoever sees it. */
export type ChangeAction = "create" | "update" | "delete";

/** A record as it is shown. */
export type ShownRecord = Readonly<Record<string, unknown>>;

/** The bytes of an event, of which all clients in the same place share one. */
interface Encoded {
  readonly topic: string;
  readonly position: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/**
 * What a view sees of one change, made once for all who share the view. It
 * makes its text when the first of them needs it.
 */
export class SeenChange {
  /** What has happened. */
  readonly action: ChangeAction;
  /** The record, as the view shows it. */
  readonly record: ShownRecord;
  #text: string | undefined;
  #frame: Encoded | undefined;
  #message: Encoded | undefined;

  /** Makes what a view sees. */
  constructor(action: ChangeAction, record: ShownRecord) {
    this.action = action;
    this.record = record;
  }

  /** Returns the event of a topic as a frame of an event stream. */
  frame(topic: string, position: string): Uint8Array<ArrayBuffer> {
    if (!isOf(this.#frame, topic, position)) {
      const data = `{${this.#fields(position)}}`;
      const bytes = encodeFrame(topic, data, position);
      this.#frame = { topic, position, bytes };
    }
    return this.#frame.bytes;
  }

  /** Returns the event of a topic as a message of a logical connection. */
  message(topic: string, position: string): Uint8Array<ArrayBuffer> {
    if (!isOf(this.#message, topic, position)) {
      const event = JSON.stringify(topic);
      const bytes = encoder.encode(
        `{"event":${event},${this.#fields(position)}}`,
      );
      this.#message = { topic, position, bytes };
    }
    return this.#message.bytes;
  }

  #fields(position: string): string {
    const { action, record } = this;
    this.#text ??= JSON.stringify({ action, record }).slice(1, -1);
    return `${this.#text},"cursor":"${position}"`;
  }
}

function isOf(
  encoded: Encoded | undefined,
  topic: string,
  position: string,
): encoded is Encoded {
  return encoded !== undefined && encoded.position === position &&
    encoded.topic === topic;
}
