/** Write an architecture as a document: JSON values without defaults and without empty parts. */

import type { JsonObject, JsonValue } from "../json/values.js";
import type { Architecture, Cell, Label, Node, Skeleton, Stage } from "./architecture.js";
import { statedJoin } from "./checks.js";
import type { Attributes } from "./operators.js";

export const FORMAT = "nasport-architecture";
export const VERSION = 1;

/** Return the document of an architecture. */
export function architectureToJson(architecture: Architecture): JsonObject {
  const { name, space, source, skeleton } = architecture;
  return withoutEmpty(
    [
      ["format", FORMAT],
      ["version", VERSION],
      ["name", name],
      ["space", space],
      ["source", source && new Map([["format", source.format], ["text", source.text]])],
      ["operators", mapped(architecture.operators, (operator) => new Map(Object.entries(operator.toJson())))],
      ["cells", mapped(architecture.cells, (cell) => cellToJson(cell, architecture))],
      ["skeleton", skeleton && skeletonToJson(skeleton)],
      ["labels", architecture.labels.map(labelToJson)],
    ],
    "cells",
  );
}

type Parts = readonly (readonly [string, JsonValue])[];

/** Return the parts that are not empty, and the part that `kept` names, as a JSON object. */
function withoutEmpty(parts: Parts, kept = ""): JsonObject {
  const result = new Map<string, JsonValue>();
  for (const [name, part] of parts) {
    if (name === kept || !isEmpty(part)) {
      result.set(name, part);
    }
  }
  return result;
}

function isEmpty(part: JsonValue): boolean {
  if (part === null || typeof part !== "object") {
    return !part;
  }
  return part instanceof Map ? part.size === 0 : Array.isArray(part) && part.length === 0;
}

function mapped<T>(parts: ReadonlyMap<string, T>, write: (part: T) => JsonValue): JsonObject {
  return new Map([...parts].map(([name, part]) => [name, write(part)]));
}

function cellToJson(cell: Cell, architecture: Architecture): JsonObject {
  const nodes = cell.nodes.map((node) => nodeToJson(node, cell, architecture));
  const stated = withoutDefaults([["role", cell.role, "normal"], ["channels", cell.channels, "same"]]);
  return new Map<string, JsonValue>([...stated, ["nodes", nodes]]);
}

function nodeToJson(node: Node, cell: Cell, architecture: Architecture): JsonObject {
  const kind = node.op ? architecture.operator(node.op).kind : "";
  const operator: Parts = node.candidates.length > 0 ? [["candidates", node.candidates]] : [["op", node.op]];
  return withoutEmpty(
    [
      ["id", node.id],
      ...operator,
      ["inputs", node.inputs],
      ["join", statedJoin(node.join, cell.channels, kind)],
      ["role", node.role],
      ["attributes", attributesToJson(node.attributes)],
    ],
    "inputs",
  );
}

function skeletonToJson(skeleton: Skeleton): JsonObject {
  return withoutEmpty(
    [
      ["input", new Map(skeleton.input)],
      ["stem", skeleton.stem.map(stageToJson)],
      ["stages", skeleton.stages.map(stageToJson)],
      ["head", skeleton.head.map(stageToJson)],
      ["classes", skeleton.classes],
    ],
    "stages",
  );
}

function stageToJson(stage: Stage): JsonObject {
  const stated = withoutDefaults([
    ["cell", stage.cell, ""],
    ["op", stage.op, ""],
    ["repeats", stage.repeats, 1],
    ["width", stage.width, null],
    ["stride", stage.stride, 1],
    ["resolution", stage.resolution, null],
  ]);
  return new Map([...stated, ...withoutEmpty([["attributes", attributesToJson(stage.attributes)]])]);
}

function attributesToJson(attributes: Attributes): JsonObject {
  return new Map(attributes);
}

function labelToJson(label: Label): JsonObject {
  const { dataset, metric, value, split, epochs, repeats } = label;
  const stated = withoutDefaults([
    ["split", split ?? "", ""],
    ["epochs", epochs ?? null, null],
    ["repeats", repeats ?? null, null],
  ]);
  return new Map<string, JsonValue>([["dataset", dataset], ["metric", metric], ["value", value], ...stated]);
}

/** Return the names and values of the fields that differ from their defaults. */
function withoutDefaults(fields: readonly (readonly [string, JsonValue, JsonValue])[]): [string, JsonValue][] {
  return fields.filter(([, value, usual]) => value !== usual).map(([name, value]) => [name, value]);
}
