// The same stubs over WebSockets, as a page has them.
import { assert, assertEquals } from "@std/assert";
import {
  connectActor,
  expose,
  type Exposed,
  implement,
  protocol,
  request,
  stream,
} from "../../src/remote/mod.ts";
import { bounded } from "../support/net.ts";
import { WebNet } from "../websocket/web_net.ts";

Deno.test(
  "A stub is the same over a WebSocket, cuts included",
  bounded,
  async () => {
    const Numbers = protocol("numbers/1", {
      next: request<number, number>(),
      count: stream<number, number>(),
    });
    await using net = new WebNet({
      serve: {
        serve: (connection, context) => exposed.serve(connection, context),
        accept: (opening) => exposed.accept(opening),
      },
    });
    const exposed: Exposed = expose(net.system, [
      implement(Numbers, {
        next: (n) => n + 1,
        async *count(end) {
          for (let n = 0; n < end; n++) yield n;
        },
      }),
    ]);
    await using stub = await connectActor(net.client, Numbers);
    let n = 0;
    for await (const value of stub.count(300)) {
      assertEquals(value, n);
      if (n % 100 === 50) net.proxy.cut();
      assertEquals(await stub.next(n, { timeoutMs: 60_000 }), ++n);
    }
    assertEquals(n, 300);
    assert(net.proxy.cuts >= 3);
  },
);
