import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { block, exit } from "./modules/shared_shells_topics.ts";
import { CoreRequestError } from "../../src/cores/errors.ts";
import {
  resolveTerminalWorkerOptions,
  type ServeTerminalOptions,
} from "../../src/terminal/options.ts";
import { ErrorCode } from "../../src/terminal/attach/protocol.ts";
import { json, refusal } from "./http/responses.ts";
import { openTerminals } from "../pty/descriptors.ts";
import { onWorkers, SharedServed } from "./shared.ts";

const LOST = "The session was lost: the worker in which it ran has ended";

Deno.test(
  "a worker that is killed takes its sessions along: their viewers read why, others go on, and it is back",
  onWorkers,
  async () => {
    const before = openTerminals();
    {
      await using served = await SharedServed.start();
      const cookie = await served.login(1);
      const [lost, kept] = [await served.startIn(0), await served.startIn(1)];
      const far = served.view(1, lost, cookie);
      const near = served.view(0, lost, cookie);
      const cut = served.view(0, kept, cookie, { clientId: "cut" });
      const other = served.view(1, kept, cookie);
      for (const viewer of [far, near, cut, other]) {
        await viewer.until("ready\n");
      }
      const { pid } = await served.inspect(1, lost, cookie);
      served.service.tell(0, exit, undefined);
      assertEquals(await far.closed, 4000 + ErrorCode.NOT_FOUND);
      assertEquals(far.reason, LOST);
      // A socket of its own is just lost; who comes again reads why.
      await near.closed;
      await cut.closed;
      const again = served.view(1, lost, cookie);
      assertEquals(await again.closed, 4000 + ErrorCode.NOT_FOUND);
      assertEquals(again.reason, LOST);
      const response = await served.request(1, "GET", `sessions/${lost}`, {
        cookie,
      });
      assertEquals((await response.json()).detail, LOST);
      other.type(1, "typed");
      await other.until("typed");
      // The socket that went through it is detached.
      while ((await served.inspect(1, kept, cookie)).controllers > 1);
      const continued = served.view(1, kept, cookie, {
        clientId: "cut",
        offset: 6,
      });
      assertEquals(await continued.until("typed"), "typed");
      await hasEnded(pid);
      assertEquals(openTerminals(), before + 2);
      await served.until(0, "lost");
      await served.until(0, "running");
      await served.readPorts();
      const { role } = await json(
        served.request(0, "GET", "login", { cookie }),
      );
      assertEquals(role, "control");
      const next = await served.startIn(0);
      const viewer = served.view(1, next, cookie);
      await viewer.until("ready\n");
      const { sessions } = await json(
        served.request(0, "GET", "sessions", { cookie }),
      );
      assertEquals(sessions.map(({ id }) => id), [kept, next]);
    }
    assertEquals(openTerminals(), before);
  },
);

Deno.test(
  "a worker that is terminated hangs up its programs, and leaves nothing open",
  onWorkers,
  async () => {
    const before = openTerminals();
    await using served = await SharedServed.start({}, {}, { shutdownMs: 0 });
    const here = served.serveHere();
    const cookie = await served.login(here);
    const id = await served.startIn(0);
    const viewer = served.view(here, id, cookie);
    await viewer.until("ready\n");
    const { pid } = await served.inspect(here, id, cookie);
    const gate = new Int32Array(new SharedArrayBuffer(4));
    served.service.tell(0, block, gate);
    const closing = served.service.close();
    await served.until(0, "stuck");
    assertEquals(viewer.frames.untaken, 0);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    assertEquals(await viewer.closed, 4000 + ErrorCode.NOT_FOUND);
    assertEquals(viewer.reason, LOST);
    await hasEnded(pid);
    await closing;
    assertEquals(openTerminals(), before);
    assertEquals(served.terminal.stats().sessions, 0);
  },
);

Deno.test(
  "a worker that does not respond delays a list, and what it was last is listed",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const cookie = await served.login(1);
    const blocked = await served.startIn(0);
    const other = await served.startIn(1);
    const gate = new Int32Array(new SharedArrayBuffer(4));
    served.service.tell(0, block, gate);
    const { sessions } = await json(
      served.request(1, "GET", "sessions", { cookie }),
    );
    assertEquals(sessions.map(({ id }) => id), [blocked, other]);
    // What is started in it meanwhile is started elsewhere when it has ended.
    const starting = served.request(1, "POST", "sessions", {
      cookie,
      body: {},
    });
    const beside = served.request(1, "POST", "sessions", { cookie, body: {} });
    const first = await json(Promise.race([starting, beside]), 201);
    served.service.tell(0, exit, undefined);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    await served.until(0, "lost");
    const both = await Promise.all([starting, beside]);
    assertEquals(both.map(({ status }) => status), [201, 201]);
    await Promise.all(both.map(({ body, bodyUsed }) => {
      return bodyUsed ? undefined : body?.cancel();
    }));
    const viewer = served.view(1, first.id, cookie);
    await viewer.until("ready\n");
    assertEquals(served.terminal.stats().sessions, 3);
  },
);

for (const what of ["workers", "terminal"] as const) {
  Deno.test(
    `closing the ${what} disconnects all viewers with GOING_AWAY, and ends the sessions of all workers`,
    onWorkers,
    async () => {
      const before = openTerminals();
      const recordings = await Deno.makeTempDir();
      await using stack = new AsyncDisposableStack();
      stack.defer(() => Deno.remove(recordings, { recursive: true }));
      const served = stack.use(
        await SharedServed.start({}, { recordings }),
      );
      const cookie = await served.login(0);
      const id = await served.startIn(0);
      const [near, far] = [
        served.view(0, id, cookie),
        served.view(1, id, cookie),
      ];
      for (const viewer of [near, far]) await viewer.until("ready\n");
      assertEquals(served.terminal.stats().recordings, 1);
      if (what === "terminal") await served.terminal.close();
      else await served.service.close();
      for (const viewer of [near, far]) {
        assertEquals(await viewer.closed, 4000 + ErrorCode.GOING_AWAY);
      }
      const { sessions, recordings: unfinished, attachments } = served.terminal
        .stats();
      assertEquals([sessions, unfinished, attachments], [0, 0, 0]);
      assertStringIncludes(
        await Deno.readTextFile(`${recordings}/${id}`),
        "ready",
      );
      assertEquals(openTerminals(), before);
      if (what === "workers") return;
      assertEquals(
        await refusal(served.request(1, "GET", "sessions", { cookie })),
        "503 closed",
      );
    },
  );
}

Deno.test(
  "a worker whose program does not handle its terminal says what is missing",
  onWorkers,
  async () => {
    await using served = await SharedServed.start({}, {}, { handlers: [] });
    await assertRejects(
      () => served.startIn(0),
      CoreRequestError,
      "give cores() the option handlers: [terminal.handler]",
    );
  },
);

Deno.test("a worker refuses the options that are those of the main thread", () => {
  const options: ServeTerminalOptions = { ticketMs: 1000 };
  assertThrows(
    () => resolveTerminalWorkerOptions(options),
    TypeError,
    'Cannot use option "ticketMs" of serveTerminalWorker()',
  );
});

/** Waits until a process has ended. */
async function hasEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      Deno.kill(pid, "SIGCONT");
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
