// A module for workers that says that it starts, and never has.
import type { Core } from "../../../src/cores/core.ts";
import { said } from "./topics.ts";

export default function main(core: Core): Promise<void> {
  core.tell(said, "starting");
  return new Promise(() => {});
}
