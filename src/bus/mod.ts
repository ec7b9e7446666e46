/**
 * A message bus: publish and subscribe by subject, with queue groups, requests,
 * retained values, presence, and streams of messages that are kept.
 *
 * @module
 */
export type {
  ConsumeOptions,
  Consumer,
  ConsumerInfo,
  ConsumerStart,
  StreamMessage,
} from "./consumer.ts";
export { type DeadLetter, deadLetters } from "./dead_letter.ts";
export * from "./errors.ts";
export type { Interest } from "./interest.ts";
export type { BusMessage } from "./message.ts";
export type {
  BusFeature,
  BusRequestOptions,
  BusStats,
  MessageBus,
  PublishOptions,
  RequestManyOptions,
} from "./message_bus.ts";
export { connectBus } from "./link/client/connect_bus.ts";
export type { BusLoss, ConnectBusOptions } from "./link/client/link_options.ts";
export {
  type BusServer,
  type BusServerStats,
  serveBus,
} from "./link/server/bus_server.ts";
export type {
  BusOperation,
  BusPermission,
  ServeBusOptions,
} from "./link/server/server_options.ts";
export {
  type BusPage,
  serveBusPage,
  type ServeBusPageOptions,
} from "./page/serve_bus_page.ts";
export type {
  Presence,
  PresenceChange,
  PresenceEntry,
  PresenceMember,
  TrackOptions,
} from "./presence.ts";
export type {
  BusStream,
  Durability,
  PublishAck,
  StreamInfo,
  StreamOptions,
  StreamPublishOptions,
  StreamRecord,
} from "./stream.ts";
export { Bus } from "./local/bus.ts";
export {
  type BusMetrics,
  busMetrics,
  busMetricsToPrometheus,
} from "./local/bus_metrics.ts";
export type { BusOptions } from "./local/bus_options.ts";
export type {
  ConsumerFigures,
  StreamFigures,
} from "./streams/stream_figures.ts";
export { type Subject, subject } from "./subject.ts";
export type {
  SubscribeOptions,
  Subscription,
  SubscriptionOverflow,
  SubscriptionStats,
} from "./subscription.ts";
