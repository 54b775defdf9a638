/**
 * Notation of NATS-Bench's size space: `64:64:64:64:64`, five widths of 8, 16, ..., 64 (Dong et al. 2021, section 3.2).
 *
 * The network is that of NAS-Bench-201 with one fixed cell per stage. The widths are those of the stem and first cell, the
 * first residual block, the second cell, the second residual block and the third cell.
 */

import { InputError } from "../errors.js";
import { Architecture, type Source } from "../schemas/architecture.js";
import { type Notation, shown, stage, stripped } from "./base.js";
import { edgeCell, edgeOperators } from "./edge_cell.js";
import { OPERATORS, operatorString, parseOperators, SKELETON } from "./nasbench201.js";
import { checkSkeleton, layers } from "./skeletons.js";

const WIDTHS = [8, 16, 24, 32, 40, 48, 56, 64];
const TEXTS: readonly string[] = WIDTHS.map(String);
const PLACES = 5;
const CELL = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|";
const EXAMPLE = "64:64:64:64:64";

/** Architectures as five widths. */
export const natsSize: Notation = {
  name: "nats_size",
  description: "NATS-Bench size space: five widths of 8, 16, ..., 64 around one cell",
  example: EXAMPLE,
  parse(text) {
    const short = stripped(text);
    const fields = short.split(":");
    if (fields.length !== PLACES || !fields.every((field) => TEXTS.includes(field))) {
      throw new InputError(
        `${shown(short, 200)} is not in this notation, expected ${PLACES} widths of ${WIDTHS.join(", ")} separated by ':', ` +
          `e.g. ${EXAMPLE}`,
      );
    }
    return documentOf(fields.map(Number), { format: "nats_size", text: short });
  },
  write(architecture) {
    if (operatorString(edgeOperators(architecture, OPERATORS)) !== CELL) {
      throw new InputError(`another cell, expected ${CELL} in NATS-Bench's size space`);
    }
    const widths = layers(architecture).map((layer) => layer.width);
    if (widths.length !== PLACES || !widths.every((width) => WIDTHS.includes(width))) {
      const found = shown(widths, 200);
      const problem = `layers with the widths ${found}, expected ${PLACES} widths from 8 to 64 in steps of 8`;
      throw new InputError(problem, { path: ["skeleton", "stages"] });
    }
    const written = documentOf(widths);
    checkSkeleton(architecture, written);
    return written.name;
  },
};

/** Return the document of a network with five widths. */
function documentOf(widths: readonly number[], source: Source | null = null): Architecture {
  const stages = widths.map((width, place) =>
    place % 2 ? stage({ op: "nasbench201_reduction", width, stride: 2 }) : stage({ cell: "cell", width }),
  );
  const skeleton = { ...SKELETON, stages, stem: [stage({ op: "stem_conv3x3", width: widths[0] })] };
  const cells = new Map([["cell", edgeCell(parseOperators(CELL))]]);
  return new Architecture({ cells, skeleton, name: widths.join(":"), space: "nats_size", source });
}
