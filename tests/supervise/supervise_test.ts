import { assertEquals } from "@std/assert";
import { isSlow } from "../support/slow.ts";
import { failureToText, runSeed } from "./seeds.ts";

const SEEDS = isSlow ? 5000 : 150;

Deno.test("Trees of supervisors do what OTP's rules say, and keep the laws whatever is done to them", async () => {
  // New ones each time; a failure names its seed.
  const first = Math.floor(Math.random() * 1e9);
  const failures: string[] = [];
  for (let seed = first; seed < first + SEEDS; seed++) {
    const failure = await runSeed(seed);
    if (failure !== undefined) failures.push(failureToText(failure));
  }
  assertEquals(failures, []);
});

Deno.test("The task says that its arguments are wrong, and how to call it", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "-A",
      import.meta.resolve("./main.ts"),
      "--seeds",
      "none",
    ],
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 2);
  const text = new TextDecoder().decode(stderr);
  assertEquals(text.includes('--seeds is "none"'), true);
  assertEquals(text.includes("deno task supervise"), true);
});
