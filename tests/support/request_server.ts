/**
 * A service in a process of its own, which a test can kill. It prints its port,
 * and then each request when it arrives. It replies with its name, but to
 * "wait" not at all if it is the first of its kind.
 *
 * Arguments: the port, and the name.
 *
 * @module
 */
import {
  ActorSystem,
  type Codec,
  json,
  listen,
  serveRequests,
} from "../../mod.ts";

/** What both sides speak. */
export const text: Codec<string> = json({ parse: String });

if (import.meta.main) {
  const [port = "0", name = "first"] = Deno.args;
  const { address } = listen(new ActorSystem(), {
    port: Number(port),
    serve: (connection) =>
      serveRequests(connection, { request: text, reply: text }, (request) => {
        console.log(request);
        const waits = request.startsWith("wait") && name === "first";
        return waits ? new Promise<never>(() => {}) : `${name}: ${request}`;
      }),
  });
  console.log(address.port);
}
