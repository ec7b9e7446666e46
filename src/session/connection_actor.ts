/**
 * The actor of a logical connection: runs the code that serves it, so that
 * what fails there ends this connection and no other. Its parent is the
 * connection supervisor of its session.
 *
 * @module
 */
import type { ActorContext, Behavior } from "../actor/mod.ts";
import { isPeerFault } from "./failures.ts";
import type { LogicalConnection } from "./logical_connection.ts";
import { ErrorCode } from "./wire/protocol.ts";

/** Messages that the actor of a logical connection sends itself. */
export type LogicalConnectionMessage =
  /** Both directions of the connection have ended. */
  | { readonly type: "closed" }
  /** The code that serves it has returned. */
  | { readonly type: "served" }
  /** The code that serves it has thrown. */
  | { readonly type: "failed"; readonly cause: unknown };

/**
 * Serves one logical connection: when it returns, the connection is closed, and
 * when it throws, the connection is reset. Actors that it spawns through
 * `context` end with the connection, and `context.signal` aborts then.
 */
export type Serve<Connection = LogicalConnection> = (
  connection: Connection,
  context: ActorContext<LogicalConnectionMessage>,
) => void | Promise<void>;

/** What the actor needs of a connection of any protocol. */
type Servable = Pick<LogicalConnection, "closed" | "close" | "reset">;

/**
 * Returns the behaviour of a connection's actor: it serves `connection` if
 * `serve` is given, and ends with it.
 */
export function connectionActor<Connection extends Servable>(
  connection: Connection,
  serve: Serve<Connection> | undefined,
): Behavior<LogicalConnectionMessage> {
  return (context) => {
    /** Whether the failure of `serve` was reported. */
    let isReported = false;
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
            isReported = true;
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
          if (!isPeerFault(error) && !isReported) throw error;
        }
      },
    };
  };
}
