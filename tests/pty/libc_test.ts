import { assert, assertStrictEquals } from "@std/assert";
import { foregroundGroup, releaseLibc, useLibc } from "../../src/pty/libc.ts";
import { onPty } from "./ptys.ts";

Deno.test(
  "all terminals share one handle of the C library, which the last one closes",
  onPty,
  () => {
    const first = useLibc();
    const second = useLibc();
    assertStrictEquals(second, first);
    releaseLibc();
    // A call in between neither closes it nor opens it again.
    foregroundGroup(-1);
    assertStrictEquals(useLibc(), first);
    releaseLibc();
    releaseLibc();
    // Otherwise the sanitizer of resources would find it open at the end.
    assert(useLibc() !== first);
    releaseLibc();
  },
);
