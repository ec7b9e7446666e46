import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../../src/codec/mod.ts";
import { DriverError } from "../../../src/load/drivers/driver_error.ts";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { bounded } from "../../support/net.ts";

/** Sends the beginning of a response, whose rest never comes. */
class Cutter implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served = this.#serve();

  get port(): number {
    return this.#listener.addr.port;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      await connection.read(new Uint8Array(4096));
      await connection.write(
        new TextEncoder().encode(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000\r\n\r\ndata: 1\n\n",
        ),
      );
      await connection.closeWrite();
      await connection.read(new Uint8Array(4096));
      connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#served;
  }
}

async function failureOf(
  driver: string,
  request: JsonObject,
): Promise<string> {
  const { signal } = new AbortController();
  await using session = await standardDrivers()[driver]
    ?.open({ number: 0, signal });
  const error = await assertRejects(
    async () => await session?.perform({ operation: "get", request, signal }),
    DriverError,
  );
  return error.message;
}

Deno.test(
  "what fetch refuses is a sentence that says what to do",
  bounded,
  async () => {
    const url = "http://127.0.0.1:9/";
    const expected =
      "Cannot get a response: fetch requests nothing from port 9, as browsers do not: serve on another port";
    assertEquals(await failureOf("http", { url, version: "2" }), expected);
    assertEquals(await failureOf("sse", { url }), expected);
    assertEquals(
      await failureOf("web_terminal", { url, ticket: "a" }),
      expected,
    );
  },
);

Deno.test(
  "a response that is cut off is the same sentence over all of HTTP",
  bounded,
  async () => {
    await using cutter = new Cutter();
    const url = `http://127.0.0.1:${cutter.port}/`;
    const expected =
      "Cannot get a response: the service closed the connection in the middle of it";
    assertEquals(await failureOf("http", { url }), expected);
    assertEquals(await failureOf("sse", { url, contains: "2" }), expected);
  },
);
