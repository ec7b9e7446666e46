/**
 * The driver for programs on pseudo-terminals.
 *
 * @module
 */
import { checkNoArguments } from "../../checks/internal.ts";
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

/** The request of an operation with the driver `terminal`. */
export interface TerminalRequest {
  /** The program: a path, or a name that is searched in `PATH`. */
  readonly command: string;
  /** The arguments of the program. */
  readonly args?: readonly string[];
  /**
   * The working directory of the program.
   * @default {the current one}
   */
  readonly cwd?: string;
  /**
   * The environment of the program.
   * @default {that of this process}
   */
  readonly env?: { readonly [name: string]: string };
  /**
   * The size of the terminal in columns and rows.
   * @default {{ columns: 80, rows: 24 }}
   */
  readonly size?: PtySize;
  /** The input to type, such as `"ls\r"`; without it, nothing is typed. */
  readonly input?: string;
  /**
   * The output that ends the operation. Terminals echo what is typed, which is
   * output as well.
   * @default {"any" with input, or "none"}
   */
  readonly output?: "any" | "none" | { readonly contains: string };
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

/**
 * Milliseconds after which a program ends whose user ended during the start.
 */
const GRACE_MS = 1000;

interface Prepared {
  readonly key: string;
  readonly request: TerminalRequest;
  readonly input: Uint8Array;
  readonly output: ExpectedOutput;
}

/** The supervisor that all users share. */
interface SharedPtys extends AsyncDisposable {
  readonly supervisor: PtySupervisorRef;
}

/**
 * Makes a driver for programs on pseudo-terminals. Each user has one session of
 * each command. The first operation that needs it starts it, and so does the
 * next one after a failure. It needs the permissions of `@troupe/troupe/pty`,
 * whose native add-on is loaded with the first session.
 *
 * @example
 * ```ts
 * import { terminalDriver } from "@troupe/troupe/load/terminal";
 *
 * const request = { command: "sh", input: "date\r", output: { contains: "20" } };
 * console.assert(terminalDriver().validate(request).length === 0);
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function terminalDriver(): Driver {
  checkNoArguments("terminalDriver()", arguments);
  const requests = new RequestReader(rule, prepare);
  const shared = new Shared(() => Promise.resolve(openPtys()));
  return {
    validate: (request) => requests.validate(request),
    async open(): Promise<DriverSession> {
      const { supervisor } = await shared.acquire();
      return new UserSession<Prepared, TerminalLink>({
        prepare: (call) => requests.of(call),
        open: ({ request }, signal) =>
          TerminalLink.open(supervisor, request, signal),
        closed: () => shared.release(),
      });
    },
  };
}

function openPtys(): SharedPtys {
  const system = new ActorSystem();
  const supervisor = system.spawn(
    ptySupervisor({ maxSessions: Infinity, graceMs: GRACE_MS }),
  );
  return {
    supervisor,
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

/** A program of one user. */
class TerminalLink implements Link<Prepared> {
  readonly #session: PtySession;
  readonly #output = new TerminalOutput();
  #attachment: PtyAttachment | undefined;

  constructor(session: PtySession) {
    this.#session = session;
  }

  static async open(
    supervisor: PtySupervisorRef,
    request: TerminalRequest,
    signal: AbortSignal,
  ): Promise<TerminalLink> {
    const { input: _input, output: _output, ...command } = request;
    const link = new TerminalLink(
      await spawnPty(supervisor, command, { signal }),
    );
    try {
      link.#attachment = await link.#session.attach({
        viewer: { tell: (event) => link.#onEvent(event) },
      });
    } catch (error) {
      await link.close();
      throw error;
    }
    return link;
  }

  #onEvent(event: PtyEvent): boolean {
    if (event.type === "output") {
      this.#output.push(event.bytes);
      this.#attachment?.acknowledge(event.bytes.length);
    }
    if (event.type === "exit") {
      const { code, signal, error } = event.exit;
      this.#output.fail(
        error ?? new DriverError(
          `Cannot use the terminal: the program exited with ${signal ?? code}`,
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

  received(): OperationOutcome {
    return { body: this.#output.seen };
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
