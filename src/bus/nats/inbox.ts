/**
 * Where replies come in: one subscription for all that this bus asks.
 *
 * @module
 */
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { nuid } from "@nats-io/transport-node";
import { statusOf } from "./message_headers.ts";

/** A token in the subjects on which the server acknowledges what it keeps. */
const ACK_TOKEN = "TROUPE_ACK";

/** Something that replies come for. */
export interface Asked {
  /** The subject that they come on. */
  readonly subject: string;
  /** Nothing more is wanted. */
  close(): void;
}

/** The subscription that replies come on. */
export class Inbox {
  readonly #prefix: string;
  readonly #asked = new Map<string, (message: Msg) => void>();
  #next = 0;

  constructor(connection: NatsConnection, prefix: string, isForAcks: boolean) {
    const id = nuid.next();
    this.#prefix = isForAcks
      ? `${prefix}.${ACK_TOKEN}.${id}.`
      : `${prefix}.${id}.`;
    connection.subscribe(`${this.#prefix}*`, {
      callback: (error, message) => {
        // What an exception leaves behind here is a connection that is deaf.
        if (error !== null) return;
        this.#asked.get(message.subject.slice(this.#prefix.length))?.(message);
      },
    });
  }

  /** Calls `onReply` with each reply, until it is closed. It must not throw. */
  open(onReply: (message: Msg) => void): Asked {
    const token = (this.#next++).toString(36);
    this.#asked.set(token, onReply);
    return {
      subject: `${this.#prefix}${token}`,
      close: () => void this.#asked.delete(token),
    };
  }
}

/** Whether a reply would go to who has published on a stream, as its ack. */
export function isAckInbox(reply: string): boolean {
  return reply.includes(`.${ACK_TOKEN}.`);
}

/** Whether a reply is the server's word that nobody subscribes. */
export function saysNoResponders(message: Msg): boolean {
  return message.data.length === 0 && statusOf(message) === 503;
}
