/**
 * The connection supervisor: the parent of the connection actors of a session.
 * It restarts none of them. Its own parent is the peer actor.
 *
 * @module
 */
import type { Behavior } from "../actor/mod.ts";
import { connectionActor, type Serve } from "./connection_actor.ts";
import type { Stream } from "./stream.ts";

/** The message of a connection supervisor: start an actor for `stream`. */
export interface ConnectionSupervisorMessage {
  readonly type: "adopt";
  readonly stream: Stream;
  readonly serve: Serve | undefined;
}

/** Returns the behaviour that starts an actor for each connection. */
export function connectionSupervisorActor(): Behavior<
  ConnectionSupervisorMessage
> {
  return (context) => ({
    receive({ stream, serve }) {
      context.spawn(connectionActor(
        stream,
        serve && (async (connection, context) => {
          try {
            await serve(connection, context);
          } finally {
            // That may be long after its actor was given up.
            stream.onServed();
          }
        }),
      ));
    },
  });
}
