/**
 * The actor of a connection: runs the code that serves it, so that what fails
 * there ends this connection and no other. Its parent is the peer actor.
 *
 * @module
 */
import type { ActorContext, Behavior } from "../actor/behavior.ts";
import { ConnectionClosedError, SessionLostError } from "../tcp/errors.ts";
import type { TcpConnConnection } from "./connection.ts";

/** Messages of a connection's actor. */
export type TcpConnConnectionMessage =
  /** The connection has ended. */
  | { readonly type: "closed" }
  /** The code that serves it has returned. */
  | { readonly type: "served" }
  /** The code that serves it has thrown. */
  | { readonly type: "failed"; readonly cause: unknown };

/**
 * Serves one connection; when it returns, the connection is closed, and when
 * it throws, reset. Actors that it spawns through `context` end with the
 * connection, and `context.signal` aborts then.
 */
export type TcpConnServe = (
  connection: TcpConnConnection,
  context: ActorContext<TcpConnConnectionMessage>,
) => void | Promise<void>;

/** Watches over `connection`, and serves it if it was accepted. */
export function connectionActor(
  connection: TcpConnConnection,
  serve: TcpConnServe | undefined,
): Behavior<TcpConnConnectionMessage> {
  return (context) => {
    /** Whether the failure of `serve` was reported. */
    let told = false;
    context.pipeToSelf<void>(
      connection.closed,
      () => ({ type: "closed" }),
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
            connection.reset();
            if (isWeather(message.cause)) return;
            told = true;
            throw message.cause;
          default:
            message satisfies never;
        }
      },
      async stopped() {
        connection.reset();
        try {
          await serving;
        } catch (error) {
          if (!isWeather(error) && !told) throw error;
        }
      },
    };
  };
}

/** A peer that is gone, silent or too fast is no failure of whoever serves. */
function isWeather(cause: unknown): boolean {
  return cause instanceof ConnectionClosedError ||
    cause instanceof SessionLostError;
}
