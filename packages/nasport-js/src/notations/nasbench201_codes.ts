/**
 * Notations of NAS-Bench-201 cells as integers in other projects. A list of six integers does not show which project it comes
 * from. Therefore each project has a separate notation.
 */

import { BY_SOURCE, BY_TARGET, type CodeForm, edgeCodes } from "./edge_space.js";
import { NASBENCH201_SPACE, OPERATORS } from "./nasbench201.js";

const NASLIB: CodeForm = {
  name: "nasbench201_naslib",
  description: "NASLib op_indices [6 codes], edges by source; 0 skip 1 none 2 conv3x3 3 conv1x1 4 avgpool",
  example: "[4, 0, 3, 1, 4, 3]",
  operators: ["skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3"],
  edges: BY_SOURCE,
  layout: "[{}, {}, {}, {}, {}, {}]",
};

const GENNAS: CodeForm = {
  name: "nasbench201_gennas",
  description: "GenNAS lists [[a], [b, c], [d, e, f]], edges by target; 0 none 1 skip 2 conv1x1 3 conv3x3 4 avgpool",
  example: "[[1], [1, 2], [3, 2, 1]]",
  operators: OPERATORS,
  edges: BY_TARGET,
  layout: "[[{}], [{}, {}], [{}, {}, {}]]",
};

/** NASLib's `op_indices`. */
export const naslibIndices = edgeCodes(NASBENCH201_SPACE, NASLIB);

/** Keys of NAS-Bench-Suite-Zero's tables. */
export const zeroCostTuple = edgeCodes(NASBENCH201_SPACE, {
  ...NASLIB,
  name: "nasbench201_zerocost",
  description: "NAS-Bench-Suite-Zero tuple (6 codes): NASLib's codes and order",
  example: "(4, 0, 3, 1, 4, 3)",
  layout: "({}, {}, {}, {}, {}, {})",
});

/** GenNAS' nested lists. */
export const gennasLists = edgeCodes(NASBENCH201_SPACE, GENNAS);

/** Indices into the benchmark's list of operators, in the order of its string. */
export const targetIndices = edgeCodes(NASBENCH201_SPACE, {
  ...GENNAS,
  name: "nasbench201_by_target",
  description: "[6 codes], edges by target as in the string; 0 none 1 skip 2 conv1x1 3 conv3x3 4 avgpool",
  example: "[1, 1, 2, 3, 2, 1]",
  layout: "[{}, {}, {}, {}, {}, {}]",
});
