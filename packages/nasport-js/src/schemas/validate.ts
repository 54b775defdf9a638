/**
 * Validate documents against their JSON Schema. The keywords are checked in the order in which the validators of the
 * Python package check them, so that both find the same first violation.
 */

import { InputError, type PathInDocument } from "../errors.js";
import { length, pythonDumps, pythonNumber, pythonRepr } from "../json/python_text.js";
import { isArray, isObject, writtenAs, type JsonObject, type JsonValue, type Written } from "../json/values.js";
import { architectureSchema, bundleSchema } from "./data.js";
import type { JsonSchema } from "./data_types.js";
import { notADocument, violationError, type Violation } from "./violation.js";

/** Names of the schemas of this package. */
export type SchemaName = "architecture" | "bundle";

const SCHEMAS: Readonly<Record<SchemaName, JsonSchema>> = {
  architecture: architectureSchema,
  bundle: bundleSchema,
};

/** Return a document that has the format and version and fits the schema; else throw `InputError`. */
export function validate(name: SchemaName, value: JsonValue): JsonObject {
  const document = checkFormat(name, value);
  const schema = SCHEMAS[name];
  const found = new Validator(schema).violation(schema, { value: document, written: undefined, path: [] });
  if (found !== null) {
    throw violationError(found, schema);
  }
  return document;
}

/**
 * Throw if a value is not a document of this format and version. This check precedes the schema, because a file of
 * another format or of a newer version deserves a specific message.
 */
function checkFormat(name: SchemaName, value: JsonValue): JsonObject {
  if (!isObject(value)) {
    throw new InputError(`this is not a JSON object, expected a document of format 'nasport-${name}'`);
  }
  const version = value.get("version");
  if (value.get("format") !== `nasport-${name}` || version === undefined) {
    throw notADocument(name, value);
  }
  if (version !== 1) {
    const written = writtenAs(value, "version");
    const newer = typeof version === "number" && version > 1 && /^\d+$/.test(pythonNumber(version, written));
    const hint = newer ? "; the document needs a newer release of nasport, update it" : "";
    throw new InputError(`version ${pythonRepr(version, written)}, expected 1${hint}`, { path: ["version"] });
  }
  return value;
}

/** A value of the document, how it was written if it is a number, and its path. */
interface Place {
  readonly value: JsonValue;
  readonly written: Written | undefined;
  readonly path: PathInDocument;
}

/** Finds the first violation of a schema; `root` has the definitions. */
class Validator {
  constructor(private readonly root: JsonSchema) {}

  violation(schema: JsonSchema, place: Place): Violation | null {
    const { value } = place;
    if (schema.$ref !== undefined) {
      const definition = this.root.definitions?.[schema.$ref.slice("#/definitions/".length)];
      return definition === undefined ? null : this.violation(definition, place);
    }
    const problem = wrongType(schema, place) ?? wrongWord(schema, place) ?? wrongConstant(schema, place);
    if (problem !== null) {
      return problem;
    }
    if (typeof value === "string") {
      return wrongText(schema, place, value);
    }
    if (typeof value === "number") {
      return wrongNumber(schema, place, exact(value, place.written));
    }
    if (isArray(value)) {
      return wrongSize(schema, place, value) ?? this.wrongItem(schema, place, value);
    }
    return isObject(value) ? this.wrongObject(schema, place, value) : null;
  }

  private wrongItem(schema: JsonSchema, place: Place, value: readonly JsonValue[]): Violation | null {
    const { items } = schema;
    for (const [index, entry] of items === undefined ? [] : value.entries()) {
      const written = writtenAs(value, index);
      const found = items && this.violation(items, { value: entry, written, path: [...place.path, index] });
      if (found) {
        return found;
      }
    }
    return null;
  }

  private wrongObject(schema: JsonSchema, place: Place, value: JsonObject): Violation | null {
    return (
      wrongKeys(schema, place, value) ??
      this.wrongProperty(schema, place, value) ??
      this.wrongFurtherProperty(schema, place, value) ??
      this.wrongName(schema, place, value)
    );
  }

  private wrongProperty(schema: JsonSchema, place: Place, value: JsonObject): Violation | null {
    for (const [key, part] of Object.entries(schema.properties ?? {})) {
      const found = this.entryViolation(part, place, value, key);
      if (found !== null) {
        return found;
      }
    }
    return null;
  }

  private wrongFurtherProperty(schema: JsonSchema, place: Place, value: JsonObject): Violation | null {
    const further = schema.additionalProperties;
    if (further === undefined || further === true) {
      return null;
    }
    const keys = [...value.keys()].filter((key) => !Object.hasOwn(schema.properties ?? {}, key));
    if (further === false) {
      return keys.length > 0 ? broken("additionalProperties", place, "must not contain other properties") : null;
    }
    for (const key of keys) {
      const found = this.entryViolation(further, place, value, key);
      if (found !== null) {
        return found;
      }
    }
    return null;
  }

  private wrongName(schema: JsonSchema, place: Place, value: JsonObject): Violation | null {
    const names = schema.propertyNames;
    const wrong = names && [...value.keys()].some((key) => this.violation(names, { ...place, value: key }) !== null);
    return wrong ? broken("propertyNames", place, "must be named by propertyName definition") : null;
  }

  private entryViolation(schema: JsonSchema, place: Place, value: JsonObject, key: string): Violation | null {
    const entry = value.get(key);
    const path = [...place.path, key];
    return entry === undefined ? null : this.violation(schema, { value: entry, written: writtenAs(value, key), path });
  }
}

function broken(rule: string, place: Place, message: string): Violation {
  return { ...place, rule, message };
}

function wrongType(schema: JsonSchema, place: Place): Violation | null {
  if (schema.type === undefined) {
    return null;
  }
  const types = typeof schema.type === "string" ? [schema.type] : schema.type;
  const right = types.some((type) => isOfType(place.value, type));
  return right ? null : broken("type", place, `must be ${types.join(" or ")}`);
}

function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return isArray(value);
    case "integer":
      // An integer beyond the range of floating-point numbers is infinite here.
      return typeof value === "number" && (Number.isInteger(value) || !Number.isFinite(value));
    default:
      return typeof value === type;
  }
}

function wrongWord(schema: JsonSchema, place: Place): Violation | null {
  const words = schema.enum;
  return words === undefined || (typeof place.value === "string" && words.includes(place.value))
    ? null
    : broken("enum", place, `must be one of ${pythonRepr(words)}`);
}

function wrongConstant(schema: JsonSchema, place: Place): Violation | null {
  return schema.const === undefined || schema.const === place.value
    ? null
    : broken("const", place, `must be same as const definition: ${schema.const}`);
}

function wrongText(schema: JsonSchema, place: Place, value: string): Violation | null {
  const { minLength, maxLength, pattern } = schema;
  const size = minLength === undefined && maxLength === undefined ? 0 : length(value);
  if (minLength !== undefined && size < minLength) {
    return broken("minLength", place, `must be longer than or equal to ${minLength} characters`);
  }
  if (maxLength !== undefined && size > maxLength) {
    return broken("maxLength", place, `must be shorter than or equal to ${maxLength} characters`);
  }
  const wrong = pattern !== undefined && !new RegExp(pattern, "u").test(value);
  return wrong ? broken("pattern", place, `must match pattern ${pattern}`) : null;
}

function wrongNumber(schema: JsonSchema, place: Place, value: number | bigint): Violation | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && value < minimum) {
    return broken("minimum", place, `must be bigger than or equal to ${minimum}`);
  }
  if (maximum !== undefined && value > maximum) {
    return broken("maximum", place, `must be smaller than or equal to ${maximum}`);
  }
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    return broken("exclusiveMinimum", place, `must be bigger than ${exclusiveMinimum}`);
  }
  const above = exclusiveMaximum !== undefined && value >= exclusiveMaximum;
  return above ? broken("exclusiveMaximum", place, `must be smaller than ${exclusiveMaximum}`) : null;
}

function wrongSize(schema: JsonSchema, place: Place, value: readonly JsonValue[]): Violation | null {
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && value.length < minItems) {
    return broken("minItems", place, `must contain at least ${minItems} items`);
  }
  if (maxItems !== undefined && value.length > maxItems) {
    return broken("maxItems", place, `must contain less than or equal to ${maxItems} items`);
  }
  return schema.uniqueItems && hasEqualItems(value) ? broken("uniqueItems", place, "must contain unique items") : null;
}

function hasEqualItems(value: readonly JsonValue[]): boolean {
  return new Set(value.map((entry, index) => equalityText(entry, writtenAs(value, index)))).size < value.length;
}

function wrongKeys(schema: JsonSchema, place: Place, value: JsonObject): Violation | null {
  const { maxProperties, required } = schema;
  if (maxProperties !== undefined && value.size > maxProperties) {
    return broken("maxProperties", place, `must contain less than or equal to ${maxProperties} properties`);
  }
  const missing = (required ?? []).filter((key) => !value.has(key)).sort();
  return missing.length > 0 ? broken("required", place, `must contain ${pythonRepr(missing)} properties`) : null;
}

/** Return the exact value of an integer beyond 2^53, which a bound of a schema may separate from its neighbors. */
function exact(value: number, written: Written | undefined): number | bigint {
  return typeof written === "bigint" ? written : value;
}

/** Return a text that is equal for equal values: 1 and 1.0 are equal, and the order of keys does not matter. */
function equalityText(value: JsonValue, written: Written | undefined): string {
  if (typeof value === "number") {
    const number = exact(value, written);
    return Number.isInteger(number) ? BigInt(number).toString() : String(number);
  }
  if (isArray(value)) {
    return `[${value.map((entry, index) => equalityText(entry, writtenAs(value, index))).join(",")}]`;
  }
  if (isObject(value)) {
    const pairs = [...value].map(([key, entry]) => `${pythonDumps(key)}:${equalityText(entry, writtenAs(value, key))}`);
    return `{${pairs.sort().join(",")}}`;
  }
  return pythonDumps(value);
}
