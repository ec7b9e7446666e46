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
  /** The last frame, which is that of the next client as a rule. */
  #frame: Uint8Array<ArrayBuffer> | undefined;
  #frameTopic: string | undefined;
  #framePosition: string | undefined;

  /** Makes what a view sees. */
  constructor(action: ChangeAction, record: ShownRecord) {
    this.action = action;
    this.record = record;
  }

  /** Returns the event of a topic; its id is the position behind it. */
  frame(topic: string, position: string): Uint8Array<ArrayBuffer> {
    if (
      this.#frame !== undefined && this.#frameTopic === topic &&
      this.#framePosition === position
    ) return this.#frame;
    const { action, record } = this;
    this.#text ??= JSON.stringify({ action, record }).slice(0, -1);
    this.#frameTopic = topic;
    this.#framePosition = position;
    return this.#frame = encodeFrame(
      topic,
      `${this.#text},"cursor":"${position}"}`,
      position,
    );
  }
}
