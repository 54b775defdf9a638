/** Recipes of NAS-Bench-NLP: their nodes, names and operators. */

import type { Join } from "../schemas/architecture.js";

/** Number of inputs of each operator; null for one or more. */
export const INPUTS: ReadonlyMap<string, number | null> = new Map([
  ["linear", null], ["blend", 3], ["elementwise_prod", null], ["elementwise_sum", null],
  ["activation_tanh", 1], ["activation_sigm", 1], ["activation_leaky_relu", 1],
]);
export const OPERATORS: readonly string[] = [...INPUTS.keys()];

export const INPUT = /^(?:x|h_prev_(0|[1-9][0-9]{0,2}))$/;
export const STATE = /^h_new_(0|[1-9][0-9]{0,2})$/;

/** One node of a recipe. */
export interface RecipeNode {
  readonly op: string;
  readonly input: readonly string[];
}

export type Recipe = ReadonlyMap<string, RecipeNode>;

/** How the nodes of an operator combine their inputs. */
export function joinOf(operator: string): Join {
  return operator === "linear" ? "concat" : operator === "elementwise_prod" ? "product" : "sum";
}

/** Return the name, with a number appended if it is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}_${number}`;
  return free;
}
