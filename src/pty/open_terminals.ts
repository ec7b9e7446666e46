/**
 * The terminals of this thread that are open, as another thread has to know them
 * to hang them up when this one was ended: their descriptors belong to the
 * process, and neither Deno nor the kernel closes them then.
 *
 * @module
 */
import { constants } from "node:os";
import { killGroup, system } from "./libc.ts";

/** A terminal that is open, as one thread tells another. */
export interface OpenTerminal {
  /** Process id of its program, which leads its session. */
  readonly pid: number;
  /** Path of the program's side. */
  readonly path: string;
  /** The descriptors of our side. */
  readonly descriptors: readonly number[];
}

/** By the process id of the program. */
const open = new Map<number, OpenTerminal>();

/** Remembers a terminal until the result is disposed. */
export function rememberTerminal(terminal: OpenTerminal): Disposable {
  open.set(terminal.pid, terminal);
  return {
    [Symbol.dispose]: () => {
      if (open.get(terminal.pid) === terminal) open.delete(terminal.pid);
    },
  };
}

/** Returns the terminal of a program of this thread, while it is open. */
export function openTerminalOf(pid: number): OpenTerminal | undefined {
  return open.get(pid);
}

const SYMBOLS = {
  ptsname_r: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  tcgetsid: { parameters: ["i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** Bytes that the path of a terminal may have. */
const PATH_BYTES = 128;

/**
 * Hangs up a terminal of a thread that is gone, as the kernel does when a whole
 * process is: its programs get `SIGHUP`. A descriptor that meanwhile is another
 * file, or another terminal, is left alone.
 */
export function hangUp({ pid, path, descriptors }: OpenTerminal): void {
  using stack = new DisposableStack();
  const library = Deno.dlopen(system().library, SYMBOLS);
  stack.defer(() => library.close());
  const { ptsname_r, tcgetsid, close } = library.symbols;
  const name = new Uint8Array(PATH_BYTES);
  const own = descriptors.filter((fd) => {
    if (ptsname_r(fd, name, BigInt(PATH_BYTES)) !== 0) return false;
    const end = name.indexOf(0);
    if (new TextDecoder().decode(name.subarray(0, end)) !== path) return false;
    // Without a session, its program has ended.
    const session = tcgetsid(fd);
    return session === pid || session < 0;
  });
  const isLed = own.some((fd) => tcgetsid(fd) === pid);
  // A read that waits in a thread of Deno keeps the terminal open.
  if (isLed) killGroup(pid, constants.signals.SIGHUP);
  for (const fd of own) close(fd);
}
