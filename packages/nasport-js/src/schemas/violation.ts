/** Errors for documents that violate their JSON Schema: where the mistake is and what was expected. */

import { InputError, type PathInDocument } from "../errors.js";
import { EXPECTED, foreignObject } from "../json/foreign.js";
import { didYouMean, nearest } from "../json/nearest.js";
import { length, pythonDumps, pythonRepr } from "../json/python_text.js";
import { isArray, isObject, writtenAs, type JsonObject, type JsonValue, type Written } from "../json/values.js";
import type { JsonSchema } from "./data_types.js";

/** A keyword of a schema that a value violates. */
export interface Violation {
  /** The keyword, such as `maxLength`. */
  readonly rule: string;
  /** What the keyword demands, without the name of the value. */
  readonly message: string;
  readonly path: PathInDocument;
  readonly value: JsonValue;
  readonly written: Written | undefined;
}

const SHOWN = 12;
const LONGEST = 80;
const FORMATS = new Map([
  ["nasport-architecture", "an architecture for `nasport score`"],
  ["nasport-space", "a search space for `nasport search --space`"],
  ["nasport-task", "a proxy task for `nasport gennas --task`"],
  ["nasport-latency", "a table of latencies for `nasport search --latency`"],
  ["nasport-bundle", "the manifest of a bundle; give its folder as --bundle"],
]);

/** Return the error for a violation of `schema`. */
export function violationError(violation: Violation, schema: JsonSchema): InputError {
  const { rule, path, value, written } = violation;
  const part = partOf(schema, path);
  if (rule === "additionalProperties" && part.properties !== undefined && isObject(value)) {
    return unknownKey(value, Object.keys(part.properties), path);
  }
  if (rule === "required" && part.required !== undefined && isObject(value)) {
    return missingKeys(value, part.required, path);
  }
  if (rule === "enum" && part.enum !== undefined) {
    const near = didYouMean(value, part.enum);
    const problem = `${shown(value, written)}${near}expected one of ${part.enum.join(", ")}`;
    return new InputError(problem, { path });
  }
  const container = isArray(value) || isObject(value);
  return new InputError(violation.message + (container ? "" : `, found ${shown(value, written)}`), { path });
}

/** Return the error for a JSON object that is not marked as a document of the format `nasport-NAME`. */
export function notADocument(name: string, value: JsonObject): InputError {
  const missing = ["format", "version"].find((key) => !value.has(key));
  if (missing !== undefined) {
    const what = missing === "format" ? foreignObject(value) : null;
    const near = nearest(missing, value.keys());
    const similar = near ? ` (it has ${pythonRepr(near)})` : "";
    const wanted = `{"format": "nasport-${name}", "version": 1, ...}, see docs/reference/formats.md`;
    const problem = `missing key '${missing}'${similar}, expected a document that begins with ${wanted}`;
    return new InputError(what === null ? problem : `this is ${what}; ${EXPECTED}`);
  }
  const found = value.get("format") ?? null;
  const known = typeof found === "string" ? FORMATS.get(found) : undefined;
  const near = didYouMean(found, [`nasport-${name}`]);
  const problem =
    known === undefined
      ? `format ${shown(found, writtenAs(value, "format"))}${near}expected 'nasport-${name}'`
      : `format '${String(found)}', expected 'nasport-${name}'; this is ${known}`;
  return new InputError(problem, { path: ["format"] });
}

function unknownKey(found: JsonObject, known: readonly string[], path: PathInDocument): InputError {
  const unknown = [...found.keys()].find((key) => !known.includes(key)) ?? "";
  const expected = known.slice(0, SHOWN).join(", ") + (known.length > SHOWN ? ", ..." : "");
  const near = didYouMean(unknown, known);
  const problem = `unknown key ${pythonRepr(shortened(unknown))}${near}expected one of ${expected}`;
  return new InputError(problem, { path: [...path, unknown] });
}

function missingKeys(found: JsonObject, required: readonly string[], path: PathInDocument): InputError {
  const missing = required.filter((key) => !found.has(key)).map((key) => pythonRepr(key));
  const several = missing.length > 1;
  const problem = `missing key${several ? "s" : ""} ${missing.join(", ")}, expected ${several ? "them" : "it"} here`;
  return new InputError(problem, { path });
}

function shown(found: JsonValue, written?: Written): string {
  return shortened(pythonDumps(found, {}, written));
}

function shortened(text: string): string {
  return length(text) <= LONGEST ? text : `${[...text].slice(0, LONGEST - 3).join("")}...`;
}

/** Return the part of a schema that applies at a path, or an empty one. */
function partOf(schema: JsonSchema, path: PathInDocument): JsonSchema {
  let part = schema;
  for (const step of path) {
    const found = typeof step === "number" ? part.items : propertySchema(part, step);
    part = found ?? {};
    if (part.$ref !== undefined) {
      part = schema.definitions?.[part.$ref.slice(part.$ref.lastIndexOf("/") + 1)] ?? {};
    }
  }
  return part;
}

function propertySchema(part: JsonSchema, key: string): JsonSchema | undefined {
  const { properties, additionalProperties } = part;
  if (properties !== undefined && Object.hasOwn(properties, key)) {
    return properties[key];
  }
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}
