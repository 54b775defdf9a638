/** Syntax trees of Python expressions, and their text as Python's `ast.unparse` writes it. */

import { pythonFloat, pythonRepr } from "../../json/python_text.js";

/** How strongly an operator binds; operands that bind less are put in brackets. */
export const PRECEDENCE = {
  test: 1, or: 2, and: 3, not: 4, compare: 5, bitOr: 6, bitXor: 7, bitAnd: 8, shift: 9, arithmetic: 10, term: 11,
  factor: 12, power: 13, atom: 15,
} as const;

interface Placed {
  /** Bytes before the expression on its line, as Python counts columns. */
  readonly column: number;
}

/** A name of an argument with its value; null for `**value`. */
export type Keyword = readonly [name: string | null, value: Tree];

export interface CallTree extends Placed {
  readonly kind: "call";
  readonly function: Tree;
  readonly args: readonly Tree[];
  readonly keywords: readonly Keyword[];
}

export interface ListTree extends Placed {
  readonly kind: "list" | "tuple";
  readonly elements: readonly Tree[];
}

export interface DictTree extends Placed {
  readonly kind: "dict";
  /** null for `**value` */
  readonly keys: readonly (Tree | null)[];
  readonly values: readonly Tree[];
}

/** A Python expression. No notation reads the forms of kind `other`, so that only their text is kept. */
export type Tree =
  | (Placed & { readonly kind: "string"; readonly value: string; readonly prefix: string })
  | (Placed & { readonly kind: "integer"; readonly value: bigint })
  | (Placed & { readonly kind: "float"; readonly value: number })
  | (Placed & { readonly kind: "word"; readonly value: boolean | null })
  | (Placed & { readonly kind: "name"; readonly name: string })
  | (Placed & { readonly kind: "attribute"; readonly of: Tree; readonly name: string })
  | (Placed & { readonly kind: "minus"; readonly operand: Tree })
  | (Placed & { readonly kind: "other"; readonly text: string; readonly precedence: number })
  | CallTree
  | ListTree
  | DictTree;

/** Return an expression as Python writes it, in brackets if it binds less than `precedence`. */
export function unparse(tree: Tree, precedence: number = PRECEDENCE.test): string {
  switch (tree.kind) {
    case "string":
      return tree.prefix + pythonRepr(tree.value);
    case "integer":
      return tree.value.toString();
    case "float":
      return tree.value === Infinity ? "1e309" : pythonFloat(tree.value);
    case "word":
      return pythonRepr(tree.value);
    case "name":
      return tree.name;
    case "attribute":
      return `${unparse(tree.of, PRECEDENCE.atom)}${tree.of.kind === "integer" ? " " : ""}.${tree.name}`;
    case "minus":
      return bracketed(`-${unparse(tree.operand, PRECEDENCE.factor)}`, PRECEDENCE.factor, precedence);
    case "other":
      return bracketed(tree.text, tree.precedence, precedence);
    case "call":
      return `${unparse(tree.function, PRECEDENCE.atom)}(${argumentsOf(tree).join(", ")})`;
    case "list":
      return `[${listed(tree.elements)}]`;
    case "tuple":
      return `(${listed(tree.elements)}${tree.elements.length === 1 ? "," : ""})`;
    case "dict":
      return `{${tree.values.map((value, place) => entry(tree.keys[place], value)).join(", ")}}`;
  }
}

function listed(elements: readonly Tree[]): string {
  return elements.map((element) => unparse(element)).join(", ");
}

function argumentsOf({ args, keywords }: CallTree): string[] {
  return [...args.map((one) => unparse(one)), ...keywords.map(argument)];
}

function argument([name, value]: Keyword): string {
  return name === null ? `**${unparse(value)}` : `${name}=${unparse(value)}`;
}

function entry(key: Tree | null, value: Tree): string {
  return key === null ? `**${unparse(value, PRECEDENCE.bitOr)}` : `${unparse(key)}: ${unparse(value)}`;
}

function bracketed(text: string, own: number, wanted: number): string {
  return own < wanted ? `(${text})` : text;
}
