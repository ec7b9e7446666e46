/**
 * Load tests: scenarios as data, users as actors, drivers for what they talk
 * to, results that account for every operation; comparisons that tell a
 * regression from noise; profiles and their analysis.
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
  type LogicalExchange,
  type LogicalRequest,
} from "./drivers/logical.ts";
export { sseDriver, type SseRequest } from "./drivers/sse.ts";
export { tcpDriver, type TcpRequest } from "./drivers/tcp.ts";
export type { ExpectedOutput } from "./drivers/terminal_output.ts";
export {
  webTerminalDriver,
  type WebTerminalRequest,
} from "./drivers/web_terminal.ts";
export type { FieldMatch } from "./drivers/message_fields.ts";
export { websocketDriver, type WebSocketRequest } from "./drivers/websocket.ts";
export type { HealthLimits } from "./run/health.ts";
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
  type ScenarioMaker,
  type SubscriptionsOptions,
  type TerminalSessionsOptions,
} from "./presets/performance_scenarios.ts";
export { operationsToCsv, timelineToCsv } from "./report/csv_report.ts";
export { resultToHtml } from "./report/html_report.ts";
export { resultToJson } from "./report/json_report.ts";
export {
  resultToText,
  type ResultToTextOptions,
} from "./report/text_report.ts";
export type * from "./result.ts";
export type * from "./run_options.ts";
export type * from "./scenario/scenario.ts";
export {
  type RequiredParts,
  type ScenarioParts,
  TestScenarioBuilder,
} from "./scenario/scenario_builder.ts";
export {
  ScenarioError,
  type ScenarioErrorOptions,
  type ScenarioIssue,
} from "./scenario/scenario_error.ts";
export {
  type BreakpointBase,
  type ScenarioTemplate,
  type ScenarioTemplates,
  scenarioTemplates,
  type TemplateBase,
} from "./scenario/scenario_templates.ts";
export {
  parseScenario,
  type ParseScenarioOptions,
  type ScenarioFormat,
  stringifyScenario,
} from "./scenario/scenario_text.ts";
export {
  type ScenarioValidation,
  validateScenario,
} from "./scenario/validate_scenario.ts";
