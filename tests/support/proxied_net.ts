/**
 * A listener and a pool with a proxy between them that fails on command.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import type { ConnectOptions } from "../../src/session/mod.ts";
import type {
  SessionPhase,
  SessionState,
} from "../../src/session/session_phase.ts";
import { FaultProxy } from "./fault_proxy.ts";
import { Happenings } from "./happenings.ts";
import { Net, type NetOptions } from "./net.ts";

/** A {@linkcode Net} whose pool dials through a proxy. */
export class ProxiedNet extends Net {
  readonly proxy: FaultProxy;
  /** What the sessions of the pool come to. */
  readonly here: Happenings<SessionState>;
  /** What the sessions of the listener come to. */
  readonly there: Happenings<SessionState>;

  constructor(options: NetOptions = {}) {
    const here = new Happenings<SessionState>();
    const there = new Happenings<SessionState>();
    super({
      ...options,
      listen: { onState: (state) => there.push(state), ...options.listen },
      pool: {
        // At once, so that no test waits.
        backoff: { initialMs: 0 },
        onState: (state) => here.push(state),
        ...options.pool,
      },
    });
    this.here = here;
    this.there = there;
    this.proxy = new FaultProxy(this.listener.address);
  }

  override connect(options?: ConnectOptions): Promise<LogicalConnection> {
    return this.pool.connect(this.proxy.address, options);
  }

  /** A pair, when both sides have said that they are connected. */
  async connected(): Promise<[LogicalConnection, LogicalConnection]> {
    const pair = await this.pair();
    await pair[0].accepted;
    await this.expect("here", "connecting", "connected");
    await this.expect("there", "connected");
    return pair;
  }

  /** Cuts, lets nobody connect, and waits until both sides know. */
  async interrupt(): Promise<void> {
    this.proxy.refuse = true;
    this.proxy.cut();
    await this.expect("here", "resuming");
    await this.expect("there", "resuming");
  }

  /** The next states of a side, which are to have these phases. */
  async expect(
    side: "here" | "there",
    ...phases: SessionPhase[]
  ): Promise<SessionState[]> {
    const states: SessionState[] = [];
    for (const phase of phases) {
      const state = await this[side].next();
      assertEquals(state.phase, phase, `${side}: ${Deno.inspect(state)}`);
      states.push(state);
    }
    return states;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }
}
