/**
 * Notation of NAS-Bench-Macro: eight digits, one per layer (Su et al. 2021, section 5).
 *
 * 0 identity, 1 inverted residual 3x3 with expansion 3, 2 inverted residual 5x5 with expansion 6. An identity that changes the
 * shape is a 1x1 projection.
 */

import { InputError } from "../errors.js";
import { Architecture } from "../schemas/architecture.js";
import { equal, type Notation, shipped, shown, skeletonOf, stage, stripped } from "./base.js";
import { checkEnds, image, layerDigits, layers, POOL } from "./skeletons.js";

const OPERATORS = ["id", "ir_3x3_t3", "ir_5x5_t6"];
/** Width and stride of each layer. */
const LAYERS = [[64, 2], [64, 1], [128, 2], [128, 1], [128, 1], [256, 2], [256, 1], [256, 1]] as const;
const EXAMPLE = "01212102";

/** Architectures as eight digits. */
export const nasbenchMacro: Notation = {
  name: "nasbench_macro",
  description: "NAS-Bench-Macro, eight digits: 0 identity, 1 inverted residual 3x3 t3, 2 inverted residual 5x5 t6",
  example: EXAMPLE,
  parse(text) {
    const short = stripped(text);
    if (!/^[012]{8}$/.test(short)) {
      throw new InputError(`${shown(short, 200)} is not in this notation, expected eight digits 0, 1 or 2, e.g. ${EXAMPLE}`);
    }
    const stages = LAYERS.map(([width, stride], place) => stage({ op: OPERATORS[Number(short[place])], width, stride }));
    const skeleton = skeletonOf({
      stages,
      stem: [stage({ op: "conv_3x3", width: 32 })],
      head: [stage({ op: "conv_1x1", width: 1280 }), ...POOL],
      input: image(32),
      classes: 10,
    });
    const source = { format: "nasbench_macro", text: short };
    return new Architecture({ cells: new Map(), skeleton, name: short, space: "nasbench_macro", source });
  },
  write(architecture) {
    const stacked = layers(architecture);
    if (architecture.cells.size || !equal(stacked.map((layer) => [layer.width, layer.stride]), LAYERS)) {
      const expected = LAYERS.map(([width, stride]) => `(${width}, ${stride})`).join(", ");
      throw new InputError(
        `cells or other stages, expected ${LAYERS.length} layers of (width, stride) ${expected} without cells`,
      );
    }
    const operators = OPERATORS.map(shipped);
    const text = layerDigits(stacked, LAYERS.map(() => operators), OPERATORS.join(", "));
    checkEnds(architecture, nasbenchMacro.parse(text));
    return text;
  },
};
