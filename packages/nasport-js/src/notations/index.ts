/** The notations of benchmarks, one module per family: texts become architectures, and architectures become texts. */

import { InputError } from "../errors.js";
import { pythonRepr } from "../json/python_text.js";
import type { Architecture } from "../schemas/architecture.js";
import { accelNasbench } from "./accel_nasbench.js";
import { autoformer, vitBench101 } from "./autoformer.js";
import { type Notation, oneOf } from "./base.js";
import { darts } from "./darts.js";
import { fbnet } from "./fbnet.js";
import { nasbench101, nasbench101Json } from "./nasbench101.js";
import { nasbench201 } from "./nasbench201.js";
import { gennasLists, naslibIndices, targetIndices, zeroCostTuple } from "./nasbench201_codes.js";
import { autoDlStructure, nniEdges } from "./nasbench201_words.js";
import { nasbench301 } from "./nasbench301.js";
import { nasbenchMacro } from "./nasbench_macro.js";
import { nasbenchNlp } from "./nasbench_nlp.js";
import { natsSize } from "./nats_size.js";
import { nds } from "./nds.js";
import { ofaMobileNetV3 } from "./ofa.js";
import { transnasMacro, transnasMicro } from "./transnas.js";
import { naslibMacro, naslibMicro, zeroCostMicro } from "./transnas_codes.js";

/** Name, form of a text in one line, and a valid text of a notation. */
export type NotationEntry = Pick<Notation, "name" | "description" | "example">;

const NOTATIONS: ReadonlyMap<string, Notation> = new Map(
  [
    nasbench101, nasbench101Json, nasbench201, naslibIndices, zeroCostTuple, gennasLists, targetIndices, autoDlStructure,
    nniEdges, natsSize, transnasMicro, naslibMicro, zeroCostMicro, transnasMacro, naslibMacro, nasbenchMacro, accelNasbench,
    fbnet, ofaMobileNetV3, autoformer, vitBench101, darts, nasbench301, nds, nasbenchNlp,
  ].map((notation) => [notation.name, notation]),
);

/** Return all notations, grouped by family. */
export function notations(): readonly NotationEntry[] {
  return [...NOTATIONS.values()].map(({ name, description, example }) => ({ name, description, example }));
}

/**
 * Read an architecture from a text in a notation. The architecture has `space` and `source`.
 *
 * Throws `InputError`: an unknown notation, or a text that is not in it; the message says what was expected.
 */
export function readNotation(name: string, text: string): Architecture {
  return notationOf(name).parse(text);
}

/**
 * Write an architecture as a text in a notation; the inverse of `readNotation`.
 *
 * Throws `InputError`: an unknown notation, or an architecture that it cannot express; the message says why.
 */
export function writeNotation(name: string, architecture: Architecture): string {
  return notationOf(name).write(architecture);
}

function notationOf(name: string): Notation {
  const notation = NOTATIONS.get(name);
  if (notation === undefined) {
    throw new InputError(`unknown notation ${pythonRepr(name)}${oneOf(name, [...NOTATIONS.keys()])}`);
  }
  return notation;
}
