/**
 * The client as one module: sessions, requests over them, and codecs. What else
 * a page or a program in Node may use is exported here, too.
 *
 * @module
 */
import "./missing.ts";

export { ActorSystem } from "../../actor/mod.ts";
export { CodecError, json, msgpack, raw } from "../../codec/mod.ts";
export { Requester, serveRequests, TypedConnection } from "../../rpc/mod.ts";
export {
  ConnectError,
  ConnectionRefusedError,
  ConnectionResetError,
  ErrorCode,
  ResumeLostError,
  SessionLostError,
} from "../../session/mod.ts";
export { connectNode } from "../connect_node.ts";
export { connectWeb } from "../connect_web.ts";
