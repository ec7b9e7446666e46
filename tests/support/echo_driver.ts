/**
 * A driver that has a server send a few bytes back, over one socket a user.
 *
 * @module
 */
import type { Driver } from "../../src/load/driver.ts";
import type { Target } from "../../src/load/scenario/scenario.ts";

const MESSAGE = new TextEncoder().encode("Is there an echo");

/** The request names the port, on loopback. */
export const echoDriver: Driver = {
  validate: ({ port }) =>
    typeof port === "number" || port === "${target.port}"
      ? []
      : [{ path: ["port"], message: "must be a number" }],
  open({ signal }) {
    let socket: Deno.TcpConn | undefined;
    const into = new Uint8Array(MESSAGE.length);
    const close = () => {
      try {
        socket?.close();
      } catch {
        // It is closed already.
      }
    };
    signal.addEventListener("abort", close, { once: true });
    return Promise.resolve({
      async perform({ request: { port } }) {
        socket ??= await Deno.connect({
          hostname: "127.0.0.1",
          port: Number(port),
        });
        await socket.write(MESSAGE);
        let bytes = 0;
        while (bytes < MESSAGE.length) {
          const read = await socket.read(into.subarray(bytes));
          if (read === null) throw new Error("The server has hung up");
          bytes += read;
        }
        return { sentBytes: MESSAGE.length, receivedBytes: bytes };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(close()),
    });
  },
};

/** The server as a target; its port is `${target.port}`. */
export function echoTarget(everyMs = 0, stallMs = 0): Target {
  const script = new URL("./stalling_server.ts", import.meta.url);
  return {
    command: "deno",
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-net=127.0.0.1",
      script.pathname,
      String(everyMs),
      String(stallMs),
    ],
    readyPattern: "listening on port (?<port>\\d+)",
  };
}
