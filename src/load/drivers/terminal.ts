/**
 * The driver for programs on pseudo terminals.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import { ActorSystem } from "../../actor/mod.ts";
import {
  type PtyAttachment,
  type PtyEvent,
  type PtySession,
  type PtySize,
  ptySupervisor,
  type PtySupervisorRef,
  spawnPty,
} from "../../pty/mod.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import {
  list,
  name,
  object,
  optional,
  text,
  texts,
  whole,
} from "../scenario/rule.ts";
import { DriverError } from "./driver_error.ts";
import { encode } from "./payload.ts";
import { RequestReader } from "./request_reader.ts";
import { Shared } from "./shared.ts";
import {
  type ExpectedOutput,
  expectedOutput,
  TerminalOutput,
} from "./terminal_output.ts";
import { type Link, UserSession } from "./user_session.ts";

/** The request of an operation of the driver `terminal`. */
export interface TerminalRequest {
  /** A path, or a name that is looked for in `PATH`. */
  readonly command: string;
  /** Its arguments. */
  readonly args?: readonly string[];
  /**
   * The directory in which it starts.
   * @default {the current one}
   */
  readonly cwd?: string;
  /**
   * Its environment.
   * @default {that of this process}
   */
  readonly env?: { readonly [name: string]: string };
  /**
   * The size of the terminal.
   * @default {{ columns: 80, rows: 24 }}
   */
  readonly size?: PtySize;
  /** What is typed, such as `"ls\r"`. Without it, there is only a program. */
  readonly input?: string;
  /**
   * What the program writes that ends the operation: anything, or a text.
   * Terminals write what is typed as well.
   * @default {"any" with input, or "none"}
   */
  readonly output?: ExpectedOutput;
}

const rule = object<TerminalRequest>({
  command: name,
  args: optional(list(text)),
  cwd: optional(name),
  env: optional(texts),
  size: optional(
    object<PtySize>({ columns: whole(1, 10_000), rows: whole(1, 10_000) }),
  ),
  input: optional(text),
  output: optional(expectedOutput),
});

/** Milliseconds that a program has whose user is gone before it is begun. */
const GRACE_MS = 1000;

interface Prepared {
  readonly key: string;
  readonly request: TerminalRequest;
  readonly input: Uint8Array;
  readonly output: ExpectedOutput;
}

/** The supervisor of all users' sessions. */
interface SharedPtys extends AsyncDisposable {
  readonly boss: PtySupervisorRef;
}

/**
 * Makes a driver for programs on pseudo terminals. Each user has one session
 * of each command, which is started by the first operation that needs it, and
 * started again after an operation that has failed. Needs the permissions
 * that `@troupe/troupe/pty` names; its native add-on is loaded with the first
 * session.
 *
 * @example
 * ```ts
 * import { terminalDriver } from "@troupe/troupe/load/terminal";
 *
 * const request = { command: "sh", input: "date\r", output: { contains: "20" } };
 * console.assert(terminalDriver().validate(request).length === 0);
 * ```
 */
export function terminalDriver(): Driver {
  const requests = new RequestReader(rule, prepare);
  const shared = new Shared(() => Promise.resolve(openPtys()));
  return {
    validate: (request) => requests.validate(request),
    async open(): Promise<DriverSession> {
      const { boss } = await shared.acquire();
      return new UserSession<Prepared, TerminalLink>({
        prepare: (call) => requests.of(call),
        open: ({ request }, signal) => TerminalLink.open(boss, request, signal),
        closed: () => shared.release(),
      });
    },
  };
}

function openPtys(): SharedPtys {
  const system = new ActorSystem();
  const boss = system.spawn(
    ptySupervisor({ maxSessions: Infinity, graceMs: GRACE_MS }),
  );
  return {
    boss,
    [Symbol.asyncDispose]: () => system.shutdown().then(() => {}),
  };
}

function prepare(request: TerminalRequest): Prepared {
  const { command, args, cwd, env, size, input = "" } = request;
  const { output = input === "" ? "none" : "any" } = request;
  return {
    key: JSON.stringify([command, args, cwd, env, size]),
    request,
    input: encode(input),
    output,
  };
}

/** One program of one user. */
class TerminalLink implements Link<Prepared> {
  readonly #session: PtySession;
  readonly #output = new TerminalOutput();
  #attachment: PtyAttachment | undefined;

  constructor(session: PtySession) {
    this.#session = session;
  }

  static async open(
    boss: PtySupervisorRef,
    request: TerminalRequest,
    signal: AbortSignal,
  ): Promise<TerminalLink> {
    const { input: _input, output: _output, ...command } = request;
    const link = new TerminalLink(await spawnPty(boss, command, { signal }));
    try {
      link.#attachment = await link.#session.attach({
        viewer: { tell: (event) => link.#tell(event) },
      });
    } catch (error) {
      await link.close();
      throw error;
    }
    return link;
  }

  #tell(event: PtyEvent): boolean {
    if (event.type === "output") {
      this.#output.push(event.bytes);
      this.#attachment?.acknowledge(event.bytes.length);
    }
    if (event.type === "exit") {
      const { code, signal, error } = event.exit;
      this.#output.fail(
        error ?? new DriverError(
          `Cannot use the terminal: the program has ended with ${
            signal ?? code
          }`,
        ),
      );
    }
    return true;
  }

  async perform(
    { input, output }: Prepared,
    { signal }: OperationCall,
  ): Promise<OperationOutcome> {
    await Promise.all([
      this.#output.expect(output, signal),
      input.length > 0 && abortable(this.#session.write(input), signal),
    ]);
    const { receivedBytes, seen } = this.#output;
    return { sentBytes: input.length, receivedBytes, body: seen };
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
