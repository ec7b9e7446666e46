import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { cores } from "../../src/cores/cores.ts";
import { onPty } from "../pty/ptys.ts";
import { typed } from "./modules/shells_topics.ts";

const SHELLS = new URL("./modules/shells.ts", import.meta.url);

Deno.test(
  "terminals run in several workers at once, each with sessions of its own, and end with them",
  onPty,
  async () => {
    await using system = new ActorSystem();
    await using service = await cores(system, SHELLS, { count: 2 });
    const replies = await Promise.all([
      service.ask(0, typed, "to the first"),
      service.ask(1, typed, "to the second"),
    ]);
    assertEquals(replies, [
      { output: "ready\nto the first", sessions: 1 },
      { output: "ready\nto the second", sessions: 1 },
    ]);
  },
);
