import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AcceptSlot } from "../../src/session/accept_slot.ts";
import type { AcceptedSocket } from "../../src/session/accepted_socket.ts";
import {
  ScriptedAcceptor,
  scriptedSocket,
} from "../support/scripted_acceptor.ts";

/** A slot, and what is behind it. */
function makeSlot(): { acceptor: ScriptedAcceptor; slot: AcceptSlot } {
  const acceptor = new ScriptedAcceptor();
  return { acceptor, slot: new AcceptSlot(acceptor) };
}

/** Takes the socket out of a slot. */
function take(slot: AcceptSlot): AcceptedSocket | undefined {
  let taken: AcceptedSocket | undefined;
  slot.handOver((socket) => {
    taken = socket;
  });
  return taken;
}

Deno.test("AcceptSlot.handOver() hands an accepted socket over once", async () => {
  const { acceptor, slot } = makeSlot();
  assertEquals(take(slot), undefined);
  const filled = slot.fill();
  const socket = scriptedSocket();
  (await acceptor.accepts.next()).resolve(socket);
  await filled;
  assertEquals(take(slot), socket);
  assertEquals(take(slot), undefined);
});

Deno.test("AcceptSlot.fill() accepts no second socket while one is on its way or waits", async () => {
  const { acceptor, slot } = makeSlot();
  const both = Promise.all([slot.fill(), slot.fill()]);
  (await acceptor.accepts.next()).resolve(scriptedSocket());
  await both;
  await slot.fill();
  assertEquals(acceptor.count, 1);
  take(slot);
  const third = slot.fill();
  assertEquals(acceptor.count, 2);
  (await acceptor.accepts.next()).resolve(scriptedSocket());
  await third;
});

Deno.test("AcceptSlot.fill() rejects when the accept fails, and may be called again", async () => {
  const { acceptor, slot } = makeSlot();
  const failed = assertRejects(() => slot.fill(), Error, "EMFILE");
  (await acceptor.accepts.next()).reject(new Error("EMFILE"));
  await failed;
  const filled = slot.fill();
  const socket = scriptedSocket();
  (await acceptor.accepts.next()).resolve(socket);
  await filled;
  assertEquals(take(slot), socket);
});

Deno.test("AcceptSlot.fill() rejects when the acceptor throws at once", async () => {
  const acceptor = new ScriptedAcceptor();
  const slot = new AcceptSlot({
    ...acceptor,
    accept() {
      throw new Error("out of order");
    },
    close() {},
  });
  await assertRejects(() => slot.fill(), Error, "out of order");
});

Deno.test("AcceptSlot.handOver() closes the socket when whoever takes it throws", async () => {
  const { acceptor, slot } = makeSlot();
  const filled = slot.fill();
  const socket = scriptedSocket();
  (await acceptor.accepts.next()).resolve(socket);
  await filled;
  assertThrows(
    () =>
      slot.handOver(() => {
        throw new Error("no place");
      }),
    Error,
    "no place",
  );
  await socket.transport.closed;
  assertEquals(take(slot), undefined);
});

Deno.test("AcceptSlot.close() closes the acceptor and the socket that waits", async () => {
  const { acceptor, slot } = makeSlot();
  const filled = slot.fill();
  const socket = scriptedSocket();
  (await acceptor.accepts.next()).resolve(socket);
  await filled;
  await slot.close();
  await socket.transport.closed;
  assert(acceptor.closed);
  assertEquals(take(slot), undefined);
});

Deno.test("AcceptSlot.close() closes a socket that comes later", async () => {
  const { acceptor, slot } = makeSlot();
  const filled = slot.fill();
  const socket = scriptedSocket();
  (await acceptor.accepts.next()).resolve(socket);
  const closed = slot.close();
  await Promise.all([filled, closed, socket.transport.closed]);
  assertEquals(take(slot), undefined);
});

Deno.test("AcceptSlot.close() resolves once the pending accept has ended, and may be called twice", async () => {
  const { slot } = makeSlot();
  let settled = false;
  const filled = slot.fill().catch(() => {
    settled = true;
  });
  await Promise.all([slot.close(), slot.close()]);
  assert(settled);
  await filled;
});
