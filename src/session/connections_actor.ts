/**
 * The actor that has the connections of a session as its children. Its parent
 * is the peer actor.
 *
 * @module
 */
import type { Behavior } from "../actor/mod.ts";
import { connectionActor, type Serve } from "./connection_actor.ts";
import type { Stream } from "./stream.ts";

/** Messages of the actor that has a session's connections as its children. */
export interface ConnectionsMessage {
  readonly type: "adopt";
  readonly stream: Stream;
  readonly serve: Serve | undefined;
}

/** Starts an actor for each connection. */
export function connectionsActor(): Behavior<ConnectionsMessage> {
  return (context) => ({
    receive({ stream, serve }) {
      context.spawn(connectionActor(
        stream,
        serve && (async (connection, context) => {
          try {
            await serve(connection, context);
          } finally {
            // Which may be long after its actor was given up.
            stream.served();
          }
        }),
      ));
    },
  });
}
