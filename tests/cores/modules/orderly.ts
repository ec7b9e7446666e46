// A module for workers that says what happens to it when it shuts down.
import type { Core } from "../../../src/cores/core.ts";
import { said } from "./topics.ts";

export default function main(core: Core): AsyncDisposable {
  core.signal.addEventListener("abort", () => core.tell(said, "signal"));
  core.system.spawn(() => ({
    receive() {},
    stopped: () => core.tell(said, "actor stopped"),
  }));
  return {
    async [Symbol.asyncDispose]() {
      core.tell(said, "disposed");
      if (core.data === "hang") await new Promise(() => {});
    },
  };
}
