/**
 * A session that a test plays, and a viewer of it over a socket.
 *
 * @module
 */
import { passOf } from "../access/passes.ts";
import { ActorSystem } from "../../../src/actor/system.ts";
import type { ReplyTo } from "../../../src/actor/ref.ts";
import type {
  PtyReply,
  PtyRole,
  PtySessionMessage,
  PtyViewer,
} from "../../../src/pty/protocol.ts";
import { PtySession } from "../../../src/pty/pty_session.ts";
import { attachmentActor } from "../../../src/terminal/attach/attachment_actor.ts";
import { type Login, Logins } from "../../../src/terminal/access/logins.ts";
import { TerminalCounters } from "../../../src/terminal/metrics.ts";
import { SUBPROTOCOL } from "../../../src/terminal/attach/protocol.ts";
import { TerminalSession } from "../../../src/terminal/sessions.ts";
import { Happenings } from "../../support/happenings.ts";
import { Viewer } from "../served.ts";

/** A request to a session, with the receiver of the reply. */
export type Asked = PtySessionMessage & { readonly replyTo: ReplyTo<PtyReply> };

/** A session with one viewer. */
export class ScriptedSession implements AsyncDisposable {
  readonly system: ActorSystem = new ActorSystem();
  /** Requests other than attachments, to which the test replies. */
  readonly asked: Happenings<Asked> = new Happenings();
  /** Viewers that are attached, to which the test sends events. */
  readonly attached: Happenings<PtyViewer> = new Happenings();
  readonly session: TerminalSession;
  readonly viewer: Viewer;
  readonly #login: Login;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(role: PtyRole, early: unknown[] = []) {
    const { system } = this;
    const ref = system.spawn<PtySessionMessage>(() => ({
      receive: (message) => this.#take(message),
    }));
    const pty = new PtySession("scripted", ref);
    this.session = new TerminalSession(pty, "scripted", new Date(0));
    const limits = { loginMs: 1e9, loginIdleMs: 1e9, maxLogins: 1 };
    const { login } = new Logins(system.clock, limits).start();
    this.#login = login;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const protocol = SUBPROTOCOL;
        const upgrade = Deno.upgradeWebSocket(request, { protocol });
        system.spawn(attachmentActor({
          socket: upgrade.socket,
          early,
          admission: {
            session: this.session,
            role,
            clientId: "viewer",
            name: "",
            offset: undefined,
            ledger: this.session.ledgerOf("viewer", role),
            pass: passOf({ role, session: "scripted" }),
          },
          maxBufferedBytes: 1_000_000,
          silenceMs: 1e9,
          serverId: "server",
          counters: new TerminalCounters(),
        }));
        return upgrade.response;
      },
    );
    const { port } = this.#server.addr;
    this.viewer = new Viewer(
      new WebSocket(`ws://127.0.0.1:${port}`, SUBPROTOCOL),
    );
  }

  #take(message: PtySessionMessage): void {
    if (message.type === "attach") {
      const size = { columns: 80, rows: 24 };
      const { viewer } = message;
      message.replyTo.tell({
        type: "attached",
        offset: 0,
        end: 0,
        size,
        owner: undefined,
        input: (bytes, done) => {
          const replyTo: ReplyTo<PtyReply> = {
            tell: (reply) => {
              done(reply.type === "done" ? undefined : reply.error);
              return true;
            },
          };
          this.asked.push({ type: "input", viewer, bytes, replyTo });
        },
      });
      this.attached.push(viewer);
    } else if (
      message.type === "propose_size" || message.type === "signal" ||
      message.type === "input"
    ) this.asked.push(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.viewer.socket.close();
    await this.viewer.closed;
    this.#login.end();
    await this.system.shutdown();
    await this.#server.shutdown();
  }
}
