/**
 * Requests and replies with deadlines and cancellation, and typed messages,
 * over a logical connection, or over one after another.
 *
 * @module
 */
export {
  ReconnectingRequester,
  type ReconnectingRequesterOptions,
  type ReconnectingRequesterStats,
  type ReconnectingRequestOptions,
} from "./reconnecting_requester.ts";
export type { RequestContext } from "./request_context.ts";
export * from "./request_errors.ts";
export { Requester } from "./requester.ts";
export type {
  RequesterOptions,
  RequesterStats,
  RequestOptions,
} from "./requester_options.ts";
export {
  type RequestHandler,
  serveRequests,
  type ServeRequestsOptions,
} from "./responder.ts";
export { TypedConnection } from "./typed_connection.ts";
