/**
 * Services for profilers of the network.
 *
 * @module
 */
import { Happenings } from "../support/happenings.ts";
import { ca, server as identity } from "../support/tls/certificates.ts";

/** The authority that has signed the certificate of secure services. */
export { ca };

const BLOCK = new Uint8Array(100_000);

/** A server that echoes, streams, refuses and says nothing. */
export class Services implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #scheme: "http" | "https";
  /** Ends the requests that get no response. */
  readonly #end = Promise.withResolvers<void>();
  /** Requests by their methods and paths. */
  readonly requests: Happenings<string> = new Happenings();
  /** Bytes that were sent up. */
  received = 0;

  constructor(secure = false) {
    this.#scheme = secure ? "https" : "http";
    const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
    this.#server = Deno.serve(
      secure ? { ...options, ...identity } : options,
      (request) => this.#respond(request),
    );
  }

  url(path: string, scheme: string = this.#scheme): string {
    return `${scheme}://127.0.0.1:${this.#server.addr.port}${path}`;
  }

  async #respond(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.requests.push(`${request.method} ${pathname}`);
    switch (pathname) {
      case "/small":
        return new Response("small");
      case "/up":
        this.received += (await request.bytes()).length;
        return new Response();
      case "/down":
        return new Response(BLOCK);
      case "/events":
        return events();
      case "/never":
        await this.#end.promise;
        return new Response();
      case "/echo":
        return socketOf(request, (socket, data) => socket.send(data));
      case "/mute":
        return socketOf(request, () => {});
      case "/other":
        return socketOf(request, (socket) => socket.send("something else"));
      default:
        return new Response("Nothing is here", { status: 404 });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.resolve();
    await this.#server.shutdown();
  }
}

function socketOf(
  request: Request,
  respond: (socket: WebSocket, data: string | ArrayBuffer) => void,
): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => respond(socket, data);
  return response;
}

/** A comment, and then events of 10 KB for as long as they are taken. */
function events(): Response {
  const encoder = new TextEncoder();
  const event = encoder.encode(`data: ${"x".repeat(10_000)}\n\n`);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(encoder.encode(": hello\n\n")),
    pull: (controller) => controller.enqueue(event),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream" },
  });
}
