/**
 * The records of feeders: those of a scenario, or of a file.
 *
 * @module
 */
import { parse } from "@std/csv/parse";
import { reasonOf } from "../../checks/internal.ts";
import type { JsonObject } from "../../codec/mod.ts";
import { LoadTestError } from "../load_errors.ts";
import { isRecord } from "./check_rule.ts";
import type { Feeder } from "./scenario.ts";

/** A file is read once for each feeder. */
const read = new WeakMap<Feeder, readonly JsonObject[]>();

/**
 * Returns the records of a feeder.
 *
 * @throws {LoadTestError} if its file cannot be read or has none; the message
 * follows the path to the file.
 */
export function recordsOf(feeder: Feeder): readonly JsonObject[] {
  const { records, file } = feeder;
  if (file === undefined) return records ?? [];
  const known = read.get(feeder) ?? recordsIn(file, readText(file));
  read.set(feeder, known);
  return known;
}

function readText(file: string): string {
  try {
    const bytes = Deno.readFileSync(file);
    // A mark of the byte order at the beginning is left out.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw wrong(file, "which does not exist");
    }
    if (cause instanceof TypeError) {
      throw wrong(file, "which is not UTF-8 text");
    }
    throw wrong(file, `which cannot be read: ${reasonOf(cause)}`, cause);
  }
}

/**
 * Returns the records in the text of a file. In CSV the first line has the
 * names of the fields, and all values are text. In JSON the values are those
 * that are written.
 *
 * @throws {LoadTestError} if it is anything else.
 */
export function recordsIn(file: string, text: string): readonly JsonObject[] {
  const records = /\.csv$/i.test(file)
    ? fromCsv(file, text)
    : /\.json$/i.test(file)
    ? fromJson(file, text)
    : undefined;
  if (records === undefined) {
    throw wrong(file, "which must end in .csv or .json");
  }
  if (records.length === 0) throw wrong(file, "which has no records");
  return records;
}

function fromCsv(file: string, text: string): readonly JsonObject[] {
  let rows: readonly (readonly string[])[];
  try {
    rows = parse(text, { fieldsPerRecord: 0 });
  } catch (cause) {
    throw wrong(file, `which is no CSV: ${reasonOf(cause)}`, cause);
  }
  const [names = [], ...lines] = rows;
  names.forEach((name, index) => {
    const column = `whose column ${index + 1}`;
    if (name === "" || name === "__proto__") {
      throw wrong(file, `${column} has no name that a field may have`);
    }
    if (names.indexOf(name) < index) {
      throw wrong(
        file,
        `${column} is named ${JSON.stringify(name)} like another one`,
      );
    }
  });
  return lines.map((line) =>
    Object.fromEntries(names.map((name, index) => [name, line[index] ?? ""]))
  );
}

function fromJson(file: string, text: string): readonly JsonObject[] {
  let json: unknown;
  try {
    json = Reflect.apply(JSON.parse, JSON, [text, sameAsWritten]);
  } catch (cause) {
    throw wrong(file, `which is no JSON: ${reasonOf(cause)}`, cause);
  }
  if (!Array.isArray(json)) throw wrong(file, "which has no list of records");
  const other = json.findIndex((record) => !isRecord(record));
  if (other >= 0) throw wrong(file, `whose item ${other} is no object`);
  return json;
}

/** Refuses a number that would be sent as another text. */
function sameAsWritten(
  _key: string,
  value: unknown,
  { source }: { readonly source?: string } = {},
): unknown {
  if (typeof value !== "number" || source === String(value)) return value;
  throw new TypeError(
    `${source} is read as ${value}: put it in quotes to send what is written`,
  );
}

function wrong(file: string, problem: string, cause?: unknown): LoadTestError {
  return new LoadTestError(`is ${JSON.stringify(file)}, ${problem}`, { cause });
}
