import { assert, assertEquals } from "@std/assert";
import { InputDescriptor } from "../../src/pty/input_descriptor.ts";
import { system } from "../../src/pty/libc.ts";
import { openDescriptors } from "../support/memory.ts";
import { utf8 } from "../support/bytes.ts";
import { onPty } from "./ptys.ts";

/** Opens files by their descriptors. */
function libc() {
  const library = Deno.dlopen(system().library, {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { open, close } = library.symbols;
  /** `O_RDWR | O_NONBLOCK`. */
  const flags = 2 | (Deno.build.os === "darwin" ? 0x4 : 0x800);
  return {
    open: (path: string): number => open(utf8(`${path}\0`), flags),
    close: (fd: number): void => void close(fd),
    [Symbol.dispose]: () => library.close(),
  };
}

Deno.test(
  "nothing is written to a descriptor that was closed, although its number is in use again",
  onPty,
  async () => {
    using system = libc();
    const [first, second] = [
      await Deno.makeTempFile(),
      await Deno.makeTempFile(),
    ];
    try {
      const fd = system.open(first);
      const input = new InputDescriptor(fd, first);
      // Whoever owns the original may close it, and another gets its number.
      system.close(fd);
      const reused = system.open(second);
      assertEquals(reused, fd);
      assertEquals(input.write(utf8("kept")), 4);
      assertEquals(await Deno.readTextFile(first), "kept");
      await input.close();
      // Now the number of its own descriptor is given to others as well.
      const others = [system.open(second), system.open(second)];
      assertEquals(input.write(utf8("lost")), 0);
      await input.writable();
      assert(!input.isSignalKey(3));
      input.discard();
      assertEquals(await Deno.readTextFile(second), "");
      for (const other of [reused, ...others]) system.close(other);
    } finally {
      await Promise.all([Deno.remove(first), Deno.remove(second)]);
    }
  },
);

Deno.test(
  "a descriptor that is closed while a thread waits for room leaves nothing",
  onPty,
  async () => {
    using system = libc();
    const before = openDescriptors();
    const fd = system.open("/dev/ptmx");
    const input = new InputDescriptor(fd, "/dev/null");
    while (input.write(new Uint8Array(65_536)) > 0);
    const waited = input.writable();
    await input.close();
    await waited;
    assertEquals(await input.close(), undefined);
    system.close(fd);
    assertEquals(openDescriptors(), before);
  },
);
