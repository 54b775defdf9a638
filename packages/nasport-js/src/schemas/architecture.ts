/**
 * The architecture document as immutable objects.
 *
 * `parseArchitecture` and `architectureFromJson` build an `Architecture` after they have validated the document against
 * its schema and made the checks that a schema cannot express (`checks.ts`). `Architecture.toJson` writes the document.
 */

import type { ErrorPlace } from "../errors.js";
import { parseDocument } from "../json/parse.js";
import {
  arrayOf,
  fromPlain,
  objectOf,
  textOr,
  textsOf,
  toPlain,
  type JsonObject,
  type JsonValue,
} from "../json/values.js";
import { checkArchitecture, defaultJoin, operatorKind } from "./checks.js";
import {
  operatorBehind,
  operatorFromEntry,
  sortedAttributes,
  type Attributes,
  type Operator,
  type Value,
} from "./operators.js";
import { validate } from "./validate.js";
import { architectureToJson } from "./writing.js";

export type Join = "sum" | "concat" | "product" | "mean";
export type ChannelsRule = "same" | "split" | "stack" | "own";

/** One node of a cell: an operator and the nodes that feed it. */
export interface Node {
  readonly id: string;
  /** Key of the operator; empty in a mixed node of a supernet. */
  readonly op: string;
  /** Ids of the nodes that feed this one, in order. */
  readonly inputs: readonly string[];
  /** How several inputs are combined. */
  readonly join: Join;
  /** Which input or output of the cell this node is, if the cell has several. */
  readonly role: string;
  /** Attributes that replace those of the operator. */
  readonly attributes: Attributes;
  /** Operator keys of a mixed node. */
  readonly candidates: readonly string[];
}

/** A directed acyclic graph of operators. */
export interface Cell {
  /** Nodes in the order of the document. */
  readonly nodes: readonly Node[];
  /** `normal`, `reduction`, `recurrent`, ... */
  readonly role: string;
  /** Rule for the channels: `same`, `split` (NAS-Bench-101), `stack` (DARTS) or `own`; see the schema. */
  readonly channels: ChannelsRule;
}

/** A stage of the skeleton: one cell or one operator, repeated. */
export interface Stage {
  /** Name of a cell, or empty. */
  readonly cell: string;
  /** Key of an operator, or empty. */
  readonly op: string;
  readonly repeats: number;
  /** Output channels; null keeps the channels of the previous stage. */
  readonly width: number | null;
  /** Stride of the first repeat. */
  readonly stride: number;
  /** Height and width of the output; null if the strides determine it. */
  readonly resolution: number | null;
  /** Attributes that replace those of the operator. */
  readonly attributes: Attributes;
}

/** How cells and operators are stacked into the whole network. */
export interface Skeleton {
  /** Stages of the body, in order. */
  readonly stages: readonly Stage[];
  /** Stages before the body. */
  readonly stem: readonly Stage[];
  /** Stages after the body, without the last linear layer. */
  readonly head: readonly Stage[];
  /** `channels`, `height`, `width` of an image, `length` of a sequence; sorted by name. */
  readonly input: ReadonlyArray<readonly [string, number]>;
  /** Outputs of the last linear layer. */
  readonly classes: number | null;
}

/** The text, in another notation, that a document was converted from. */
export interface Source {
  readonly format: string;
  readonly text: string;
}

/** One measured value of an architecture. */
export interface Label {
  readonly dataset: string;
  readonly metric: string;
  readonly value: number;
  readonly split?: string;
  readonly epochs?: number;
  readonly repeats?: number;
}

/** Parts of an architecture that the constructor takes; all but the cells may be missing. */
export type ArchitectureParts = Partial<ArchitectureFields> & Pick<ArchitectureFields, "cells">;

type ArchitectureFields = Pick<
  Architecture,
  "cells" | "skeleton" | "name" | "space" | "source" | "operators" | "labels"
>;

/** One neural architecture: a document of the format `nasport-architecture`, version 1. `withParts` changes parts. */
export class Architecture {
  readonly cells: ReadonlyMap<string, Cell>;
  readonly skeleton: Skeleton | null;
  readonly name: string;
  readonly space: string;
  readonly source: Source | null;
  /** Operators that the document describes. */
  readonly operators: ReadonlyMap<string, Operator>;
  readonly labels: readonly Label[];
  #usedCells?: ReadonlyMap<string, Cell>;

  constructor(parts: ArchitectureParts) {
    this.cells = parts.cells;
    this.skeleton = parts.skeleton ?? null;
    this.name = parts.name ?? "";
    this.space = parts.space ?? "";
    this.source = parts.source ?? null;
    this.operators = parts.operators?.size ? parts.operators : NO_OPERATORS;
    this.labels = parts.labels ?? NO_LABELS;
  }

  /** Return a copy in which some parts are replaced. */
  withParts(parts: Partial<ArchitectureFields>): Architecture {
    return new Architecture({ ...this, ...parts });
  }

  /** Whether the network has recurrent cells and reads sequences; otherwise it reads images. */
  get isRecurrent(): boolean {
    for (const cell of this.usedCells.values()) {
      if (cell.role === "recurrent") {
        return true;
      }
    }
    return false;
  }

  /** Keys of the operators of the network: those of nodes of used cells and of stages. */
  get usedOperators(): ReadonlySet<string> {
    const nodes = [...this.usedCells.values()].flatMap((cell) => cell.nodes);
    const stages = this.skeleton === null ? [] : [this.skeleton.stem, this.skeleton.stages, this.skeleton.head].flat();
    const keys = [...nodes.flatMap((node) => [node.op, ...node.candidates]), ...stages.map((stage) => stage.op)];
    return new Set(keys.filter(Boolean));
  }

  /** Cells that are part of the network: those that a stage uses, or all cells if there is no skeleton. */
  get usedCells(): ReadonlyMap<string, Cell> {
    this.#usedCells ??= this.skeleton === null ? this.cells : cellsOf(this.skeleton, this.cells);
    return this.#usedCells;
  }

  /** Operator of a key, from the document or the vocabulary. Throws if neither has it. */
  operator(key: string): Operator {
    return operatorBehind(key, this.operators);
  }

  /** Return the document as plain JSON values; `architectureFromJson` turns them into an equal architecture. */
  toJson(): Record<string, unknown> {
    return Object.fromEntries([...this.toJsonObject()].map(([key, part]) => [key, toPlain(part)]));
  }

  /** Return the document as Maps, which keep the order of cells and operators with names such as "1". */
  toJsonObject(): JsonObject {
    return architectureToJson(this);
  }
}

// Shared by the documents without operators of their own, so that caches recognize them.
const NO_OPERATORS: ReadonlyMap<string, Operator> = new Map();
const NO_LABELS: readonly Label[] = [];

/** Return the cells that a stage uses; the map itself if they are all. */
function cellsOf({ stem, stages, head }: Skeleton, cells: ReadonlyMap<string, Cell>): ReadonlyMap<string, Cell> {
  const used = new Set<string>();
  for (const part of [stem, stages, head]) {
    for (const { cell } of part) {
      used.add(cell);
    }
  }
  used.delete("");
  const unused = [...cells.keys()].filter((name) => !used.has(name));
  return unused.length === 0 ? cells : new Map([...cells].filter(([name]) => used.has(name)));
}

/** Parse an architecture from the UTF-8 bytes or the text of one document. Throws `InputError`. */
export function parseArchitecture(data: Uint8Array | string, place: Omit<ErrorPlace, "path"> = {}): Architecture {
  return parseDocument(data, architectureOf, place);
}

/**
 * Build an architecture from JSON values (Maps or plain objects), after validation and checks. Throws `InputError`; its
 * message names the path inside the document.
 */
export function architectureFromJson(value: unknown): Architecture {
  return architectureOf(fromPlain(value));
}

function architectureOf(value: JsonValue): Architecture {
  const document = validate("architecture", value);
  checkArchitecture(document);
  const own = objectOf(document.get("operators"));
  const [skeleton, source] = [document.get("skeleton"), document.get("source")];
  return new Architecture({
    cells: mapped(objectOf(document.get("cells")), (cell) => cellFromJson(objectOf(cell), own)),
    skeleton: skeleton === undefined ? null : skeletonFromJson(objectOf(skeleton)),
    name: textOr(document.get("name"), ""),
    space: textOr(document.get("space"), ""),
    source: source === undefined ? null : sourceFromJson(objectOf(source)),
    operators: mapped(own, (entry) => operatorFromEntry(objectOf(entry))),
    labels: arrayOf(document.get("labels")).map((label) => labelFromJson(objectOf(label))),
  });
}

function mapped<T>(value: JsonObject, build: (entry: JsonValue) => T): ReadonlyMap<string, T> {
  return new Map([...value].map(([name, entry]) => [name, build(entry)]));
}

function cellFromJson(value: JsonObject, own: JsonObject): Cell {
  const channels = channelsOf(value);
  const nodes = arrayOf(value.get("nodes")).map((node) => nodeFromJson(objectOf(node), channels, own));
  return { nodes, role: textOr(value.get("role"), "normal"), channels };
}

function nodeFromJson(value: JsonObject, channels: ChannelsRule, own: JsonObject): Node {
  return {
    id: textOr(value.get("id"), ""),
    op: textOr(value.get("op"), ""),
    inputs: textsOf(value.get("inputs")),
    join: joinOf(value, channels, own),
    role: textOr(value.get("role"), ""),
    attributes: attributesFromJson(value),
    candidates: textsOf(value.get("candidates")),
  };
}

function joinOf(node: JsonObject, channels: ChannelsRule, own: JsonObject): Join {
  const [stated, op] = [node.get("join"), node.get("op")];
  if (stated === "concat" || stated === "product" || stated === "mean" || stated === "sum") {
    return stated;
  }
  return typeof op === "string" ? defaultJoin(channels, operatorKind(op, own, [])) : "sum";
}

function channelsOf(cell: JsonObject): ChannelsRule {
  const rule = cell.get("channels");
  return rule === "split" || rule === "stack" || rule === "own" ? rule : "same";
}

function skeletonFromJson(value: JsonObject): Skeleton {
  const [stages, stem, head] = ["stages", "stem", "head"].map((part) => {
    return arrayOf(value.get(part)).map((stage) => stageFromJson(objectOf(stage)));
  });
  const input = numbersOf(objectOf(value.get("input")));
  return { stages, stem, head, input, classes: numberOr(value.get("classes"), null) };
}

function stageFromJson(value: JsonObject): Stage {
  return {
    cell: textOr(value.get("cell"), ""),
    op: textOr(value.get("op"), ""),
    repeats: numberOr(value.get("repeats"), 1),
    width: numberOr(value.get("width"), null),
    stride: numberOr(value.get("stride"), 1),
    resolution: numberOr(value.get("resolution"), null),
    attributes: attributesFromJson(value),
  };
}

function attributesFromJson(value: JsonObject): Attributes {
  const stated: [string, Value][] = [];
  for (const [name, entry] of objectOf(value.get("attributes"))) {
    if (typeof entry === "number" || typeof entry === "string") {
      stated.push([name, entry]);
    }
  }
  return sortedAttributes(stated);
}

function numbersOf(value: JsonObject): [string, number][] {
  const numbers: [string, number][] = [];
  for (const [name, entry] of [...value].sort()) {
    if (typeof entry === "number") {
      numbers.push([name, entry]);
    }
  }
  return numbers;
}

function numberOr<T>(value: JsonValue | undefined, fallback: T): number | T {
  return typeof value === "number" ? value : fallback;
}

function sourceFromJson(value: JsonObject): Source {
  return { format: textOr(value.get("format"), ""), text: textOr(value.get("text"), "") };
}

function labelFromJson(value: JsonObject): Label {
  const [split, epochs, repeats] = [value.get("split"), value.get("epochs"), value.get("repeats")];
  return {
    dataset: textOr(value.get("dataset"), ""),
    metric: textOr(value.get("metric"), ""),
    value: numberOr(value.get("value"), NaN),
    ...(typeof split === "string" ? { split } : {}),
    ...(typeof epochs === "number" ? { epochs } : {}),
    ...(typeof repeats === "number" ? { repeats } : {}),
  };
}
