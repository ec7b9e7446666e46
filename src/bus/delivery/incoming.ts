/**
 * A message on its way to the subscriptions of one process.
 *
 * @module
 */
import type { Payload } from "../payload.ts";
import type { Subject } from "../subject.ts";
import type { Delivered } from "./delivered.ts";

/** Where replies to a request go. */
export interface ReplyTarget {
  /** Whether no reply is wanted any more, where that is known. */
  readonly isOver?: boolean;
  /** Takes a reply; resolves when the bus has it, for whomever it is. */
  reply(payload: Payload): Promise<void>;
}

/** What an {@linkcode Incoming} may have besides its subject and payload. */
export interface IncomingDetails {
  /**
   * What it counts towards `maxBytes`: its length if it has come as bytes.
   * @default {0}
   */
  readonly bytes?: number;
  /** Whether it is a retained value. @default {false} */
  readonly isRetained?: boolean;
  /** Where replies go. @default {none: it is no request} */
  readonly replies?: ReplyTarget | undefined;
  /**
   * Messages before this one that were dropped elsewhere.
   * @default {0}
   */
  readonly gap?: number;
}

/** What readers get, for those who have the same types. */
export interface Shared {
  isFor<A, B>(types: Subject<A, B>): this is Delivered<A, B>;
}

/** One message, shared by all subscriptions of the process that get it. */
export class Incoming {
  readonly subject: string;
  readonly payload: Payload;
  readonly bytes: number;
  readonly isRetained: boolean;
  readonly replies: ReplyTarget | undefined;
  readonly gap: number;
  /** Subscriptions that have it beyond their bounds. */
  waits = 0;
  /** What the last reader has got, if nothing was dropped before it. */
  shared: Shared | undefined = undefined;
  /** Called when `waits` is 0 again. */
  onTaken: (() => void) | undefined = undefined;

  constructor(
    subject: string,
    payload: Payload,
    details?: IncomingDetails,
  ) {
    this.subject = subject;
    this.payload = payload;
    this.bytes = details?.bytes ?? 0;
    this.isRetained = details?.isRetained ?? false;
    this.replies = details?.replies;
    this.gap = details?.gap ?? 0;
  }

  /** A subscription has room for it now. */
  admitted(): void {
    if (--this.waits === 0) this.onTaken?.();
  }

  /** The buffer that it keeps, which may be larger. */
  get buffer(): ArrayBufferLike | undefined {
    return this.payload.buffer;
  }

  /** Keeps no more than the message, as it waits behind many others. */
  compact(): void {
    this.payload.compact();
  }
}
