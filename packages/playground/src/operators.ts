/** The vocabulary as the page offers it: search, families of colors, attributes of kinds. */

import { attributeWords, kinds, mayState, vocabulary } from "nasport";
import { asObject, asText } from "./json_value.js";
import type { DocumentView } from "./document.js";

export interface OperatorView {
  readonly key: string;
  readonly text: string;
  readonly kind: string;
}

const ALL: readonly OperatorView[] = [...vocabulary()].map(([key, { text, kind }]) => ({ key, text, kind }));
const BY_KEY = new Map(ALL.map((operator) => [operator.key, operator]));

/** Return the operators that a search finds, best first; those of the document come first. */
export function foundOperators(search: string, view: DocumentView): OperatorView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const own = Object.keys(view.own).flatMap((key) => operatorView(key, view) ?? []);
  const ranked = [...own, ...ALL.filter(({ key }) => !Object.hasOwn(view.own, key))]
    .map((operator) => ({ operator, rank: rankOf(operator, words) }))
    .filter(({ rank }) => rank < Infinity);
  return ranked.sort((one, other) => one.rank - other.rank).map(({ operator }) => operator);
}

function rankOf({ key, text, kind }: OperatorView, words: readonly string[]): number {
  const name = key.toLowerCase();
  const all = `${name} ${text.toLowerCase()} ${kind}`;
  if (!words.every((word) => all.includes(word))) return Infinity;
  const [first = ""] = words;
  if (name === words.join(" ")) return 0;
  return name.startsWith(first) ? 1 : name.includes(first) ? 2 : 3;
}

/** Return an operator of the document or the vocabulary; undefined if neither has it. */
export function operatorView(key: string, view: DocumentView): OperatorView | undefined {
  const own = Object.hasOwn(view.own, key) ? asObject(view.own[key]) : undefined;
  return own ? { key, text: asText(own["text"]), kind: asText(own["kind"]) || "other" } : BY_KEY.get(key);
}

const FAMILIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    input: "end",
    output: "end",
    convolution: "convolution",
    block: "convolution",
    separable_convolution: "separable",
    depthwise_convolution: "separable",
    dilated_convolution: "mobile",
    inverted_residual: "mobile",
    pooling: "pooling",
    linear: "linear",
    recurrent: "linear",
    activation: "activation",
    normalization: "normalization",
    attention: "attention",
    product: "attention",
    elementwise: "attention",
    blend: "attention",
  }),
);

/** Return the family by which an operator is colored, as in the drawings of `nasport show`. */
export function colorOf(key: string, view: DocumentView): string {
  const operator = operatorView(key, view);
  if (!operator) return "plain";
  return FAMILIES.get(operator.kind) ?? FAMILIES.get(kinds().get(operator.kind)?.family ?? "") ?? "plain";
}

/** Return the kinds that an operator of a document may have. */
export function kindNames(): readonly string[] {
  return [...kinds().keys()];
}

/** Return the attributes that an operator of a kind must and may state, needed ones first. */
export function attributesOf(kind: string): {
  readonly needs: readonly string[];
  readonly optional: readonly string[];
} {
  const needs = kinds().get(kind)?.needs ?? [];
  const optional = kinds().has(kind) ? [...mayState(kind).keys()] : [];
  return { needs, optional: optional.filter((name) => !needs.includes(name)) };
}

/** Return the words that a textual attribute may have; empty for a number. */
export function wordsOf(kind: string, attribute: string): readonly string[] {
  return kinds().get(kind)?.words.get(attribute) ?? attributeWords().get(attribute) ?? [];
}
