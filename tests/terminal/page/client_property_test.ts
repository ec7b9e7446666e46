// Whenever a socket is cut, the screen shows each byte of the output once, and the
// program gets each typed byte once.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { concat } from "../../session/wire/support.ts";
import { pattern } from "../../support/bytes.ts";
import { ClientHarness, type FakeSocket } from "./client_harness.ts";

type Step =
  | { readonly type: "type" | "write" | "up" | "down"; readonly count: number }
  | { readonly type: "parse"; readonly count: number }
  | { readonly type: "cut" | "later" };

const count = fc.integer({ min: 1, max: 5 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("type"), count: fc.nat(70_000) }),
    fc.record({ type: fc.constant("write"), count: fc.nat(300) }),
    fc.record({ type: fc.constantFrom("up", "down", "parse"), count }),
    fc.record({ type: fc.constantFrom("cut", "later") }),
  ),
  { maxLength: 60 },
);

/** A session that a client sees over one socket after another. */
class Model {
  readonly page = new ClientHarness();
  typed: Uint8Array = new Uint8Array(0);
  output: Uint8Array = new Uint8Array(0);
  got: Uint8Array = new Uint8Array(0);
  #taken = 0;
  #attached: FakeSocket | undefined;

  constructor() {
    this.page.client.attach();
    this.#accept();
  }

  #accept(): void {
    const { socket } = this.page;
    if (socket === this.#attached) return;
    this.#attached = socket;
    const offset = socket.offset ?? 0;
    socket.down.push(
      { type: "role", role: "control", repliesFrom: offset },
      { type: "input_ack", sequence: this.#taken },
    );
    const bytes = this.output.subarray(offset);
    if (bytes.length > 0) socket.down.push({ type: "output", offset, bytes });
  }

  do(step: Step): void {
    const { page } = this;
    const { socket } = page;
    switch (step.type) {
      case "type": {
        const bytes = pattern(step.count, this.typed.length + 1);
        this.typed = concat([this.typed, bytes]);
        return page.client.type(bytes);
      }
      case "write": {
        const bytes = pattern(step.count, this.output.length + 1);
        const offset = this.output.length;
        this.output = concat([this.output, bytes]);
        if (bytes.length === 0 || socket.isClosed) return;
        return void socket.down.push({ type: "output", offset, bytes });
      }
      case "up":
        for (const frame of socket.up.splice(0, step.count)) {
          if (frame.type !== "input") continue;
          if (frame.sequence === this.#taken + 1) {
            this.#taken++;
            this.got = concat([this.got, frame.bytes]);
          }
          socket.down.push({ type: "input_ack", sequence: this.#taken });
        }
        return;
      case "down":
        for (const frame of socket.down.splice(0, step.count)) {
          socket.deliver(frame);
        }
        return;
      case "parse":
        return page.parse(step.count);
      case "cut":
        // Whether it was ever attached is not asked: then it waits as well.
        if (page.state.phase === "connected") socket.events.closed(1006);
        return;
      case "later":
        // Long enough for a try, too short for a PING.
        if (page.state.phase === "waiting") page.client.attach();
        return this.#accept();
      default:
        step satisfies never;
    }
  }

  finish(): void {
    this.do({ type: "later" });
    const { socket } = this.page;
    while (socket.up.length + socket.down.length > 0) {
      this.do({ type: "down", count: 100 });
      this.do({ type: "up", count: 100 });
    }
    this.page.parse();
  }
}

Deno.test("wherever sockets are cut, each byte is shown once and typed once", () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const model = new Model();
      for (const step of steps) model.do(step);
      model.finish();
      assertEquals(model.page.state, { phase: "connected", role: "control" });
      const shown = concat(model.page.parsed.map(({ bytes }) => bytes));
      assertEquals(shown, model.output);
      assertEquals(model.got, model.typed);
    }),
    { numRuns: 300 },
  );
});
