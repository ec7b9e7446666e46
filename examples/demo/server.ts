/**
 * The demo's server, in a process of its own. It prints its port as a line of
 * JSON, and ends when its standard input does, so that it is never orphaned.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  ActorSystem,
  type Behavior,
  listen,
  type LogicalConnection,
  TypedConnection,
} from "../../mod.ts";
import {
  type Chat,
  chatCodec,
  countersCodec,
  receiptCodec,
  SESSION,
} from "./protocol.ts";

type EchoMessage =
  | { readonly type: "received"; readonly chat: Chat | undefined }
  | { readonly type: "failed"; readonly error: unknown };

/** The actor of one conversation: answers each message with the same. */
function echo(connection: LogicalConnection): Behavior<EchoMessage> {
  return (context) => {
    const chats = new TypedConnection(connection, chatCodec);
    const next = (): void =>
      context.pipeToSelf<Chat | undefined>(
        chats.receive(),
        (chat) => ({ type: "received", chat }),
        (error) => ({ type: "failed", error }),
      );
    next();
    return {
      async receive(message) {
        switch (message.type) {
          case "received":
            if (message.chat === undefined) return await chats.close();
            await chats.send(message.chat).catch(() => {
              // The read that follows tells why.
            });
            return next();
          case "failed":
            return connection.reset();
          default:
            message satisfies never;
        }
      },
    };
  };
}

async function receiveFile(connection: LogicalConnection): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of connection.readable) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  await new TypedConnection(connection, receiptCodec).send({
    bytes,
    sha256: hash.digest("hex"),
  });
}

async function tellCounters(connection: LogicalConnection): Promise<void> {
  const { accepted: sockets, resumes } = listener.stats();
  await new TypedConnection(connection, countersCodec).send({
    sockets,
    resumes,
    rssBytes: Deno.memoryUsage().rss,
  });
}

await using system = new ActorSystem();
await using listener = listen(system, {
  port: 0,
  ...SESSION,
  async serve(connection, context) {
    if (connection.id === "file") return await receiveFile(connection);
    if (connection.id === "counters") return await tellCounters(connection);
    context.spawn(echo(connection));
    await connection.closed;
  },
  onPeerError: (error) => console.error("server:", error),
});
console.log(JSON.stringify({ port: listener.address.port }));
for await (const _ of Deno.stdin.readable) { /* until it ends */ }
