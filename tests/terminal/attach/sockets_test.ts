import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { ErrorCode } from "../../../src/terminal/attach/protocol.ts";
import { bounded } from "../../support/net.ts";
import { Served } from "../served.ts";

/** A server with a session of `cat`, and the cookie of a login with control. */
async function withCat(
  options: ConstructorParameters<typeof Served>[0] = {},
): Promise<{ served: Served; id: string; cookie: string }> {
  const served = new Served(options);
  const { id } = await served.terminal.start();
  return { served, id, cookie: await served.login() };
}

Deno.test(
  "a viewer gets its role and the size, and the output of what it types",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const viewer = served.view(id, cookie);
    assertEquals((await viewer.frames.next()).type, "hello");
    assertEquals(await viewer.frames.next(), {
      type: "role",
      role: "control",
      repliesFrom: 0,
    });
    assertEquals(await viewer.frames.next(), {
      type: "size",
      columns: 80,
      rows: 24,
      owner: undefined,
    });
    assertEquals(await viewer.frames.next(), {
      type: "input_ack",
      sequence: 0,
    });
    await viewer.until("ready\n");
    viewer.type(1, "hello");
    assertEquals(await viewer.until("hello"), "hello");
    viewer.send({ type: "ping", id: 7 });
    assertEquals(await viewer.next("pong"), { type: "pong", id: 7 });
  },
);

Deno.test(
  "no socket is opened for a page of another origin, or without a login",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const path = `sessions/${id}/attach?client=a`;
    const other = await served.terminal.start();
    const another = await served.login("control", other.id);
    const attempts: readonly [string, string, string?][] = [
      [path, cookie, "http://evil.example"],
      [path, cookie, "null"],
      [path, ""],
      [path, cookie.replace(/.$/, "")],
      [path, another],
      ["sessions/no-such/attach?client=a", cookie],
      [`sessions/${id}/attach`, cookie],
      [`${path}&offset=-1`, cookie],
    ];
    for (const [path, cookie, origin] of attempts) {
      const socket = served.open(path, cookie, served.host, origin);
      const outcome = await new Promise((resolve) => {
        socket.onopen = () => resolve("open");
        socket.onerror = (event) => event.preventDefault();
        socket.onclose = () => resolve("closed");
      });
      assertEquals(outcome, "closed");
    }
    assertEquals(served.terminal.stats().attachmentsOpened, 0);
    assertEquals(served.terminal.stats().handshakesRefused, attempts.length);
  },
);

Deno.test(
  "a read-only viewer sees everything and can change nothing",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const guest = served.view(id, await served.login("view", id));
    assertEquals((await guest.next("role")).role, "view");
    guest.type(1, "no");
    assertEquals((await guest.next("error")).code, ErrorCode.READ_ONLY);
    guest.send({ type: "resize", columns: 10, rows: 10 });
    assertEquals((await guest.next("error")).code, ErrorCode.READ_ONLY);
    guest.send({ type: "signal", signal: "SIGKILL" });
    assertEquals((await guest.next("error")).code, ErrorCode.READ_ONLY);
    const owner = served.view(id, cookie);
    await owner.until("ready\n");
    owner.type(1, "yes");
    assert((await guest.until("yes")).endsWith("yes"));
  },
);

Deno.test(
  "a login with control can attach as a read-only viewer",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const viewer = served.view(id, cookie, { query: "&role=view" });
    assertEquals((await viewer.next("role")).role, "view");
  },
);

Deno.test(
  "a new size is sent to all viewers, and an impossible signal is refused",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const [first, second] = [served.view(id, cookie), served.view(id, cookie)];
    await first.next("input_ack");
    await second.next("input_ack");
    first.send({ type: "resize", columns: 99, rows: 33 });
    const { owner, ...size } = await second.next("size");
    assertEquals(size, { type: "size", columns: 99, rows: 33 });
    assert(owner !== undefined);
    first.send({ type: "signal", signal: "SIGNONSENSE" });
    assertEquals((await first.next("error")).code, ErrorCode.REFUSED);
    first.type(1, "on");
    await second.until("on");
  },
);

Deno.test(
  "a viewer that breaks the protocol gets PROTOCOL and is disconnected, and no other",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const good = served.view(id, cookie);
    await good.until("ready\n");
    const input = (size: number) => {
      const frame = new Uint8Array(5 + size);
      frame.set([1, 0, 0, 0, 1]);
      return frame;
    };
    const malformed: readonly (string | Uint8Array<ArrayBuffer>)[] = [
      "text",
      "",
      new Uint8Array(0),
      new Uint8Array([0]),
      new Uint8Array([128, 1, 2]),
      new Uint8Array([255]),
      input(0),
      input(65_537),
      new Uint8Array([1, 0, 0, 0, 0, 65]),
      new Uint8Array([1, 0, 0, 0, 9, 65]),
      new Uint8Array([3, 0, 0, 0, 0, 0, 9, 0, 0]),
      new Uint8Array([3, 255, 255, 255, 255, 255, 255, 255, 255]),
      new Uint8Array([2, 0, 0, 0, 0]),
      new Uint8Array([4, 255, 254]),
    ];
    for (const bytes of malformed) {
      const bad = served.view(id, cookie);
      await bad.next("role");
      bad.socket.send(bytes);
      assertEquals((await bad.next("error")).code, ErrorCode.PROTOCOL);
      assertEquals(await bad.closed, 4000 + ErrorCode.PROTOCOL);
    }
    good.type(1, "fine");
    assertEquals(await good.until("fine"), "fine");
    assertEquals(served.terminal.stats().protocolErrors, malformed.length);
    assertEquals(served.failures, []);
  },
);

Deno.test(
  "the exit is sent after the last output, and closes the socket",
  bounded,
  async () => {
    await using served = new Served({
      commands: [{
        name: "once",
        command: "sh",
        args: ["-c", "read line; echo last; exit 7"],
      }],
    });
    const { id } = await served.terminal.start();
    const viewer = served.view(id, await served.login());
    await viewer.next("input_ack");
    viewer.type(1, "\r");
    await viewer.until("last\r\n");
    assertEquals((await viewer.next("exit")).exit, { code: 7 });
    assertEquals(await viewer.closed, 1000);
  },
);

Deno.test("a viewer that detaches is disconnected", bounded, async () => {
  const { served, id, cookie } = await withCat();
  await using _ = served;
  const viewer = served.view(id, cookie);
  await viewer.next("role");
  viewer.send({ type: "detach" });
  assertEquals(await viewer.closed, 1000);
});

Deno.test(
  "a viewer that attaches again replaces its earlier socket, and continues where it stopped",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const clientId = "page";
    const first = served.view(id, cookie, { clientId });
    await first.until("ready\n");
    first.type(1, "one");
    await first.until("one");
    const second = served.view(id, cookie, { clientId, offset: 9 });
    assertEquals((await first.next("error")).code, ErrorCode.REPLACED);
    assertEquals(await first.closed, 4000 + ErrorCode.REPLACED);
    assertEquals((await second.next("input_ack")).sequence, 1);
    second.type(1, "one");
    second.type(2, "two");
    assertEquals(await second.until("two"), "two");
    assertEquals(served.terminal.stats().duplicateBytes, 3);
  },
);

Deno.test(
  "the same client id in another browser is another viewer",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const first = served.view(id, cookie, { clientId: "page" });
    await first.until("ready\n");
    const second = served.view(id, await served.login(), { clientId: "page" });
    await second.until("ready\n");
    first.type(1, "a");
    assertEquals(await first.until("a"), "a");
  },
);

Deno.test("the end of a login ends its viewers", bounded, async () => {
  const { served, id, cookie } = await withCat();
  await using _ = served;
  const viewer = served.view(id, cookie);
  await viewer.next("role");
  await served.request("DELETE", "login", { cookie });
  assertEquals((await viewer.next("error")).code, ErrorCode.UNAUTHORIZED);
  assertEquals(await viewer.closed, 4000 + ErrorCode.UNAUTHORIZED);
});

Deno.test(
  "a viewer that sends nothing for silenceMs is disconnected",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using served = new Served({ silenceMs: 1000 }, clock);
    const { id } = await served.terminal.start();
    const viewer = served.view(id, await served.login());
    await viewer.next("input_ack");
    clock.advance(500);
    viewer.send({ type: "ping", id: 1 });
    await viewer.next("pong");
    clock.advance(499);
    viewer.send({ type: "ping", id: 2 });
    await viewer.next("pong");
    for (let looks = 0; looks < 3; looks++) {
      clock.advance(500);
      await served.system.idle();
    }
    assertEquals((await viewer.next("error")).code, ErrorCode.LIMIT);
    assertEquals(await viewer.closed, 4000 + ErrorCode.LIMIT);
    const ended = served.terminal.close();
    while (served.terminal.stats().sessions > 0) {
      clock.advance(100);
      await served.system.idle();
    }
    await ended;
  },
);

Deno.test(
  "there are no more sockets than maxAttachments",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat({ maxAttachments: 1 });
    await using _ = served;
    const first = served.view(id, cookie);
    await first.next("role");
    const second = served.view(id, cookie);
    await second.closed;
    assertEquals(second.frames.untaken, 0);
    first.send({ type: "detach" });
    await first.closed;
    const third = served.view(id, cookie);
    await third.next("role");
  },
);

Deno.test(
  "closing the server disconnects the viewers with GOING_AWAY, and ends every session",
  bounded,
  async () => {
    const { served, id, cookie } = await withCat();
    await using _ = served;
    const viewer = served.view(id, cookie);
    await viewer.until("ready\n");
    await served.terminal.close();
    assertEquals((await viewer.next("error")).code, ErrorCode.GOING_AWAY);
    assertEquals(await viewer.closed, 4000 + ErrorCode.GOING_AWAY);
    const { sessions, attachments, logins } = served.terminal.stats();
    assertEquals({ sessions, attachments, logins }, {
      sessions: 0,
      attachments: 0,
      logins: 0,
    });
    assertEquals(served.system.tree().children.length, 0);
  },
);
