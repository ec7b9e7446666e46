// A module for workers that replies, and ends in whatever way it is asked to.
import type { Core } from "../../../src/cores/core.ts";
import { double, end, given, said, say } from "./topics.ts";

export default function main(core: Core): void {
  const { index, count, incarnation, data, listens } = core;
  core.handle(double, (value) => ({ value: value * 2, index, incarnation }));
  core.handle(given, () => ({ index, count, data, listens }));
  core.handle(say, (text) => core.ask(said, text));
  core.handle(end, (how) => {
    switch (how) {
      case "throw":
        return void setTimeout(() => {
          throw new Error("thrown in a worker");
        });
      case "reject":
        return void setTimeout(() => {
          Promise.reject(new Error("rejected in a worker"));
        });
      case "exit":
        return Deno.exit(3);
      case "close":
        return (globalThis as typeof globalThis & { close(): void }).close();
      case "loop": {
        // Long enough for a watcher to lose patience.
        const until = performance.now() + 1500;
        while (performance.now() < until);
        return;
      }
      case "wait":
        return void Atomics.wait(
          new Int32Array(new SharedArrayBuffer(4)),
          0,
          0,
          1500,
        );
    }
  });
}
