/**
 * The actor of a logical connection: runs the code that serves it, so that
 * what fails there ends this connection and no other. Its parent has
 * all connections of a session as its children.
 *
 * @module
 */
import type { ActorContext, Behavior } from "../actor/mod.ts";
import { isPeerFault } from "./failures.ts";
import type { LogicalConnection } from "./logical_connection.ts";
import { ErrorCode } from "./wire/protocol.ts";

/** Messages of a logical connection's actor. */
export type LogicalConnectionMessage =
  /** Both directions have ended. */
  | { readonly type: "closed" }
  /** The code that serves it has returned. */
  | { readonly type: "served" }
  /** The code that serves it has thrown. */
  | { readonly type: "failed"; readonly cause: unknown };

/**
 * Serves one logical connection; when it returns, the connection is closed,
 * and when it throws, reset. Actors that it spawns through `context` end with
 * the connection, and `context.signal` aborts then.
 */
export type Serve<Connection = LogicalConnection> = (
  connection: Connection,
  context: ActorContext<LogicalConnectionMessage>,
) => void | Promise<void>;

/** What the actor needs of a connection, whatever protocol it speaks. */
type Servable = Pick<LogicalConnection, "closed" | "close" | "reset">;

/** Watches over `connection`, and serves it if it was accepted. */
export function connectionActor<Connection extends Servable>(
  connection: Connection,
  serve: Serve<Connection> | undefined,
): Behavior<LogicalConnectionMessage> {
  return (context) => {
    /** Whether the failure of `serve` was reported. */
    let told = false;
    context.pipeToSelf<LogicalConnectionMessage>(
      connection.closed.then(() => ({ type: "closed" })),
      (message) => message,
      (cause) => ({ type: "failed", cause }),
    );
    const serving = serve && (async () => await serve(connection, context))();
    if (serving !== undefined) {
      context.pipeToSelf<void>(
        serving,
        () => ({ type: "served" }),
        (cause) => ({ type: "failed", cause }),
      );
    }
    return {
      receive(message) {
        switch (message.type) {
          case "closed":
            return context.stop();
          case "served":
            return void connection.close();
          case "failed":
            if (isPeerFault(message.cause)) {
              return connection.reset(ErrorCode.CANCELLED);
            }
            told = true;
            connection.reset(ErrorCode.INTERNAL, "The server failed");
            throw message.cause;
          default:
            message satisfies never;
        }
      },
      async stopped() {
        connection.reset(ErrorCode.CANCELLED);
        try {
          await serving;
        } catch (error) {
          if (!isPeerFault(error) && !told) throw error;
        }
      },
    };
  };
}
