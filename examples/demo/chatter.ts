/**
 * The client's side of one conversation: an actor that says something, waits
 * for the echo, thinks, and says the next thing.
 *
 * @module
 */
import {
  type Behavior,
  type LogicalConnection,
  type ReplyTo,
  TypedConnection,
} from "../../mod.ts";
import { type Chat, chatCodec } from "./protocol.ts";

/** Messages of a chatter. */
export type ChatterMessage =
  | { readonly type: "say" }
  | { readonly type: "echoed"; readonly chat: Chat | undefined }
  | { readonly type: "failed"; readonly error: unknown }
  /** Begin, and answer after the first round trip. */
  | { readonly type: "begin"; readonly replyTo: ReplyTo<ChatterReport> }
  /** Finish what was begun, and answer how it went. */
  | { readonly type: "finish"; readonly replyTo: ReplyTo<ChatterReport> };

/** One message, there and back. */
export interface RoundTrip {
  /** When it was sent, by `performance.now()`. */
  readonly saidAt: number;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
}

/** How a conversation went. */
export interface ChatterReport {
  readonly roundTrips: readonly RoundTrip[];
  /** The first thing that went wrong, if any. */
  readonly error?: string;
}

/** Mean of the think time between two messages. */
const THINK_MS = 10;
/** Round trips that each conversation makes, however short the file. */
const LEAST_ROUND_TRIPS = 20;

/** Converses over `connection` from when it is told to begin, to finish. */
export function chatter(
  connection: LogicalConnection,
): Behavior<ChatterMessage> {
  return (context) => {
    const chats = new TypedConnection(connection, chatCodec);
    const roundTrips: RoundTrip[] = [];
    let sequence = 0;
    let text = "";
    let saidAt = 0;
    let error: string | undefined;
    let begin: ReplyTo<ChatterReport> | undefined;
    let finish: ReplyTo<ChatterReport> | undefined;

    function report(): void {
      const report = error === undefined
        ? { roundTrips }
        : { roundTrips, error };
      begin?.tell(report);
      finish?.tell(report);
      begin = finish = undefined;
    }

    function fail(what: string): void {
      error ??= `${connection.id}: ${what}`;
      report();
    }

    return {
      receive(message) {
        switch (message.type) {
          case "say":
            text = `message ${++sequence} of ${connection.id}`;
            saidAt = performance.now();
            chats.send({ sequence, text }).catch(() => {
              // The read that follows tells why.
            });
            return context.pipeToSelf<Chat | undefined>(
              chats.receive(),
              (chat) => ({ type: "echoed", chat }),
              (error) => ({ type: "failed", error }),
            );
          case "echoed": {
            const { chat } = message;
            if (chat?.sequence !== sequence || chat.text !== text) {
              return fail(`sent ${text}, got ${JSON.stringify(chat)}`);
            }
            roundTrips.push({ saidAt, tookMs: performance.now() - saidAt });
            const done = roundTrips.length >= LEAST_ROUND_TRIPS;
            if (finish !== undefined && done) return report();
            if (begin !== undefined) report();
            const thinkMs = Math.random() * 2 * THINK_MS;
            return void context.after(thinkMs, { type: "say" });
          }
          case "failed":
            return fail(String(message.error));
          case "begin":
            begin = message.replyTo;
            return void context.self.tell({ type: "say" });
          case "finish":
            finish = message.replyTo;
            if (error !== undefined) report();
            return;
          default:
            message satisfies never;
        }
      },
    };
  };
}
