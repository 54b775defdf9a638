/**
 * Residual blocks of ResNet, ResNeXt, RegNet, NDS and NAS-Bench-201, and two convolutions without a shortcut.
 *
 * He et al. 2016; Radosavovic et al. 2019, "On Network Design Spaces for Visual Recognition", appendix: batch
 * normalization follows every convolution, the first kxk convolution has the stride, and the shortcut is a strided 1x1
 * convolution if the shape changes.
 */

import type { Operator } from "../schemas/operators.js";
import { hiddenWidth, squeezed } from "./inverted_residual.js";
import { projected } from "./joins.js";
import { Conv } from "./layers.js";
import type { Layer } from "./layers.js";
import { whole } from "./quantities.js";
import { ofKernel, rule } from "./rule.js";
import type { Effect, Place, Rules } from "./rule.js";

function plain(operator: Operator, { source, target }: Place): readonly Layer[] {
  const kernel = whole(operator, "kernel");
  return [new Conv(source, target, { kernel }), new Conv(target, target, { kernel })];
}

/** Return the basic block; the attribute `order` changes only the place of its activations. */
function basic(operator: Operator, place: Place): readonly Layer[] {
  return [...plain(operator, place), ...projected(operator, place)];
}

/**
 * Return the reduction block of NAS-Bench-201, with average pooling and an unnormalized 1x1 convolution as shortcut.
 */
function pooledShortcut(operator: Operator, place: Place): readonly Layer[] {
  const pooled = place.target.strided(place.source.channels);
  return [...plain(operator, place), new Conv(pooled, place.target, { norm: false })];
}

/**
 * Return a bottleneck: 1x1 to `expansion` times the output width, grouped kxk, squeeze and excitation (RegNetY), 1x1.
 */
function bottleneck(operator: Operator, place: Place): readonly Layer[] {
  const { source, target } = place;
  const wide = source.strided(hiddenWidth(operator, target.channels));
  const narrow = target.strided(wide.channels);
  const window = { kernel: whole(operator, "kernel"), groups: whole(operator, "groups") };
  return [
    new Conv(source, wide),
    new Conv(wide, narrow, window),
    ...squeezed(operator, source.channels, wide.channels),
    new Conv(narrow, target),
    ...projected(operator, place),
  ];
}

function two(operator: Operator, residual: boolean): Effect {
  const kernel = operator.attribute("kernel");
  return ofKernel(operator, 2 * kernel * kernel, 2, { residual });
}

function three(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  const expansion = operator.attribute("expansion");
  const scaled = kernel * expansion;
  const weight = 2 * expansion + (scaled * scaled) / Math.max(operator.attribute("groups"), 1);
  return ofKernel(operator, weight, 3, { residual: true, relative: 2 * kernel * kernel });
}

/** Return the assumed effect of a custom block: two convolutions if it states a kernel, else two linear layers. */
function unknown(operator: Operator): Effect {
  const kernel = operator.attribute("kernel");
  const convolves = operator.value("kernel") !== undefined;
  return ofKernel(operator, 2 * (convolves ? kernel * kernel : operator.attribute("expansion")), 2);
}

const residual = { effect: (operator: Operator) => two(operator, true) };

export const RULES: Rules = {
  basic_block: rule(basic, residual),
  bottleneck: rule(bottleneck, { effect: three }),
  plain_block: rule(plain, { effect: (operator) => two(operator, false) }),
  pooled_shortcut_block: rule(pooledShortcut, residual),
  block: rule("the layout of a custom block is unknown", { effect: unknown }),
};
