/** The properties of a node without its position in the graph. */

import { pythonDumps } from "../json/python_text.js";
import { fromPlain } from "../json/values.js";
import type { Operator } from "../schemas/operators.js";
import { BoundedCache } from "./bounded_cache.js";
import { kindOf } from "./cell_graph.js";
import { sha256 } from "./sha256.js";

const DIGEST_BYTES = 8;
const MAX_CACHED_KINDS = 4096;
const MAX_KINDS_OF_OPERATOR = 16;

let made = 0;

/** The operators, the role and the cell of a node. `nodeKind` returns the same object for equal kinds. */
export class NodeKind {
  /** Operator of the node; several in a mixed node of a supernet. */
  readonly operators: readonly Operator[];
  /** Which input or output of the cell the node is. */
  readonly role: string;
  /** Identity of the cell: its role and rule for the channels, numbered if several cells share them. */
  readonly cell: string;
  /** Kind of the operator; `mixed` if there are several, unless all are `none`. */
  readonly kind: string;
  /** Text that is equal exactly for equal kinds. */
  readonly identity: string;
  /** Number that no other object has. */
  readonly number = made++;
  /** 64-bit digest that identifies this kind, in little-endian order, the same on every machine. */
  readonly digest: Uint8Array;

  constructor(operators: readonly Operator[], role: string, cell: string, identity: string) {
    this.operators = operators;
    this.role = role;
    this.cell = cell;
    this.kind = kindOf(operators);
    this.identity = identity;
    const value = [operators.map((operator) => fromPlain(operator.toJson())), role, cell];
    const text = pythonDumps(value, { sortKeys: true });
    this.digest = sha256(new TextEncoder().encode(text)).subarray(0, DIGEST_BYTES);
  }

  /** Return the mean of `number` over the operators. */
  mean(number: (operator: Operator) => number): number {
    return this.operators.reduce((sum, operator) => sum + number(operator), 0) / this.operators.length;
  }
}

const cachedKinds = new BoundedCache<NodeKind>(MAX_CACHED_KINDS);
const cachedByOperator = new WeakMap<Operator, BoundedCache<NodeKind>>();

/** Return one cached object per kind, so that its digest is computed once. */
export function nodeKind(operators: readonly Operator[], role: string, cell: string): NodeKind {
  // Lengths separate the parts of a key, because that is faster than to escape the texts.
  const place = `${cell.length} ${cell}${role.length} ${role}`;
  const key = () => place + operators.map(({ identity }) => identity).join("");
  const cached = () => cachedKinds.get(key(), () => new NodeKind(operators, role, cell, key()));
  if (operators.length > 1) {
    return cached();
  }
  const [operator] = operators;
  const kinds = cachedByOperator.get(operator) ?? new BoundedCache(MAX_KINDS_OF_OPERATOR);
  cachedByOperator.set(operator, kinds);
  return kinds.get(place, cached);
}
