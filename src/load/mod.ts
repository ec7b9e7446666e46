/**
 * Load tests: scenarios as data, virtual users as actors, drivers for the
 * protocols of services, and results that account for every operation. The
 * driver for programs on pseudo-terminals has an entry of its own,
 * `@troupe/troupe/load/terminal`, as it needs a native add-on.
 *
 * @module
 */
export type * from "./driver.ts";
export { DriverError } from "./drivers/driver_error.ts";
export { standardDrivers } from "./drivers/drivers.ts";
export { functionDriver, type OperationFunction } from "./drivers/function.ts";
export {
  httpDriver,
  type HttpDriverOptions,
  type HttpRequest,
} from "./drivers/http.ts";
export {
  logicalDriver,
  type LogicalDriverOptions,
  type LogicalRequest,
} from "./drivers/logical.ts";
export type { FieldMatch } from "./drivers/message_fields.ts";
export { sseDriver, type SseRequest } from "./drivers/sse.ts";
export { tcpDriver, type TcpRequest } from "./drivers/tcp.ts";
export {
  webTerminalDriver,
  type WebTerminalRequest,
} from "./drivers/web_terminal.ts";
export { websocketDriver, type WebSocketRequest } from "./drivers/websocket.ts";
export * from "./load_errors.ts";
export { LoadTestManager } from "./load_test_manager.ts";
export type { PerformanceOptions } from "./presets/performance_options.ts";
export type {
  ServiceAddress,
  ServiceName,
  TerminalAddress,
} from "./presets/performance_parts.ts";
export {
  type ChatOptions,
  type FileStreamingOptions,
  type HttpApiOptions,
  type LongOptions,
  type MixedOptions,
  PerformanceScenarios,
  type SubscriptionsOptions,
  type TerminalSessionsOptions,
} from "./presets/performance_scenarios.ts";
export { operationsToCsv, timelineToCsv } from "./report/csv_report.ts";
export { resultToHtml } from "./report/html_report.ts";
export { resultToJunit } from "./report/junit_report.ts";
export { resultToJson } from "./report/json_report.ts";
export { resultToMarkdown } from "./report/markdown_report.ts";
export {
  resultToText,
  type ResultToTextOptions,
} from "./report/text_report.ts";
export type * from "./result.ts";
export type * from "./result_details.ts";
export type { HealthLimits } from "./run/health.ts";
export type * from "./run_options.ts";
export type * from "./scenario/scenario.ts";
export { TestScenarioBuilder } from "./scenario/scenario_builder.ts";
export {
  ScenarioError,
  type ScenarioIssue,
} from "./scenario/scenario_error.ts";
export {
  type BreakpointBase,
  type ScenarioTemplates,
  scenarioTemplates,
  type TemplateBase,
} from "./scenario/scenario_templates.ts";
export {
  parseScenario,
  type ParseScenarioOptions,
  stringifyScenario,
} from "./scenario/scenario_text.ts";
export {
  type ScenarioValidation,
  validateScenario,
} from "./scenario/validate_scenario.ts";
