// Requests of one viewer, however fast, and how it is disconnected.
import { assertEquals } from "@std/assert";
import { ErrorCode } from "../../../src/terminal/attach/protocol.ts";
import { bounded } from "../../support/net.ts";
import { ScriptedSession } from "./scripted_session.ts";
import { Served } from "../served.ts";

Deno.test(
  "requests of a read-only viewer do not reach the session",
  bounded,
  async () => {
    await using scripted = new ScriptedSession("view");
    const { viewer } = scripted;
    await viewer.next("input_ack");
    for (let columns = 1; columns <= 100; columns++) {
      viewer.send({ type: "signal", signal: "SIGKILL" });
      viewer.send({ type: "resize", columns, rows: 24 });
    }
    for (let i = 0; i < 200; i++) {
      assertEquals((await viewer.next("error")).code, ErrorCode.READ_ONLY);
    }
    await scripted.system.idle();
    assertEquals(scripted.asked.untaken, 0);
  },
);

Deno.test(
  "of many sizes that a viewer requests, one is pending, and the last one wins",
  bounded,
  async () => {
    await using scripted = new ScriptedSession("control");
    const { viewer, asked } = scripted;
    await viewer.next("input_ack");
    for (let columns = 1; columns <= 500; columns++) {
      viewer.send({ type: "resize", columns, rows: 24 });
    }
    viewer.send({ type: "ping", id: 1 });
    await viewer.next("pong");
    const sizes: number[] = [];
    while (sizes.at(-1) !== 500) {
      const request = await asked.next();
      assertEquals(asked.untaken, 0);
      if (request.type === "propose_size") sizes.push(request.size.columns);
      request.replyTo.tell({ type: "done" });
    }
    await scripted.system.idle();
    assertEquals([sizes.length <= 3, asked.untaken], [true, 0]);
  },
);

Deno.test(
  "more than 16 pending signals are refused, and another is sent when one has arrived",
  bounded,
  async () => {
    await using scripted = new ScriptedSession("control");
    const { viewer, asked } = scripted;
    await viewer.next("input_ack");
    const signal = () => viewer.send({ type: "signal", signal: "SIGCONT" });
    for (let i = 0; i < 20; i++) signal();
    for (let i = 0; i < 4; i++) {
      assertEquals((await viewer.next("error")).code, ErrorCode.REFUSED);
    }
    const first = await asked.next();
    for (let i = 1; i < 16; i++) await asked.next();
    assertEquals(asked.untaken, 0);
    first.replyTo.tell({ type: "done" });
    await scripted.system.idle();
    signal();
    assertEquals((await asked.next()).type, "signal");
    signal();
    assertEquals((await viewer.next("error")).code, ErrorCode.REFUSED);
  },
);

Deno.test(
  "an unknown end is reported as an error, and not as an exit with code 0",
  bounded,
  async () => {
    await using scripted = new ScriptedSession("view");
    const session = await scripted.attached.next();
    const [code, signal, error] = [undefined, undefined, undefined];
    await scripted.viewer.next("input_ack");
    session.tell({ type: "exit", exit: { code, signal, error } });
    const frame = await scripted.viewer.frames.next();
    assertEquals(
      frame.type === "error" ? frame.code : frame.type,
      ErrorCode.INTERNAL,
    );
    assertEquals(await scripted.viewer.closed, 4000 + ErrorCode.INTERNAL);
  },
);

Deno.test(
  "a viewer that broke the protocol before it was attached is not attached",
  bounded,
  async () => {
    await using scripted = new ScriptedSession("control", ["text"]);
    const { viewer, session, attached } = scripted;
    assertEquals(await viewer.closed, 4000 + ErrorCode.PROTOCOL);
    await scripted.system.idle();
    const ledger = session.ledgerOf("viewer", "control");
    assertEquals([ledger.active, attached.untaken], [false, 0]);
  },
);

Deno.test(
  "viewers that keep sending get the close code when they are disconnected",
  bounded,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const viewers = Array.from({ length: 50 }, () => served.view(id, cookie));
    for (const viewer of viewers) await viewer.next("input_ack");
    for (let ping = 0; ping < 10; ping++) {
      for (const viewer of viewers) viewer.send({ type: "ping", id: ping });
    }
    // Not before the server reads them.
    await viewers[0]?.next("pong");
    await served.request("DELETE", "login", { cookie });
    const codes = await Promise.all(viewers.map(({ closed }) => closed));
    assertEquals(new Set(codes), new Set([4000 + ErrorCode.UNAUTHORIZED]));
  },
);
