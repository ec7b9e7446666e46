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
export { httpDriver, type HttpDriverOptions } from "./drivers/http.ts";
export { logicalDriver, type LogicalDriverOptions } from "./drivers/logical.ts";
export { sseDriver } from "./drivers/sse.ts";
export { tcpDriver } from "./drivers/tcp.ts";
export { webTerminalDriver } from "./drivers/web_terminal.ts";
export { websocketDriver } from "./drivers/websocket.ts";
export { LoadTestError, OperationTimeoutError } from "./load_errors.ts";
export { LoadTestManager } from "./load_test_manager.ts";
export type { PerformanceOptions } from "./presets/performance_options.ts";
export { PerformanceScenarios } from "./presets/performance_scenarios.ts";
export type * from "./presets/preset_options.ts";
export { operationsToCsv, timelineToCsv } from "./report/csv_report.ts";
export { resultToHtml } from "./report/html_report.ts";
export { resultToJunit } from "./report/junit_report.ts";
export { resultToJson } from "./report/json_report.ts";
export { resultToMarkdown } from "./report/markdown_report.ts";
export {
  resultToText,
  type ResultToTextOptions,
} from "./report/text_report.ts";
export type {
  Accounting,
  CriterionResult,
  LoadProgress,
  LoadResult,
  OperationResult,
  PhaseName,
  Timeline,
  TimelinePoint,
  Verdict,
} from "./result.ts";
export type { HealthLimits } from "./run/health.ts";
export type * from "./run_options.ts";
export type * from "./scenario/scenario.ts";
export { TestScenarioBuilder } from "./scenario/scenario_builder.ts";
export {
  ScenarioError,
  type ScenarioIssue,
} from "./scenario/scenario_error.ts";
export {
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
