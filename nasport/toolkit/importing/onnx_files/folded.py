"""What exporters fold into convolutions and products, or leave out: batch norms, and biases that are zero."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

NORM = "a batch normalization that the exporter folded into a layer without a bias"
TABLE = "a table of relative positions that the exporter spread over all pairs of them"
BIAS = "a bias of zeros that the exporter left out"
# Names that exporters make up for tensors that no module holds.
MADE_UP = re.compile(r"val_\d+$|onnx::|.*Constant(_\d+)?_output_\d+$|\d+$")
_FOLDED = re.compile(r"FuseBatchNormInto|FuseConvBatchNorm")
_NAMELESS = re.compile(r"onnx::Conv(Transpose)?_\d+$")


class Folding(NamedTuple):
    """What an operation had before its export.

    Attributes:
        norm: whether a batch norm was folded into it.
        unstored: parameters that the file does not hold.
        assumed: the same in words.
    """

    norm: bool = False
    unstored: int = 0
    assumed: tuple[str, ...] = ()


def folding(metadata: Mapping[str, str], operator: str, weight: str, bias: str, channels: int) -> Folding:
    """What became of an operation in its export, by what the exporter noted or how it called the weights.

    Args:
        metadata: of the node.
        operator: of the node.
        weight: name of the weight.
        bias: name of the bias, or nothing.
        channels: of the output.
    """
    rules = metadata.get("pkg.onnxscript.rewriter.rule_name", "")
    arguments = _arguments(metadata.get("pkg.torch.onnx.fx_node", ""))
    stored = channels if bias else 0
    if _FOLDED.search(rules):
        scales = 2 if len(arguments) < 3 else sum(argument.startswith("%") for argument in arguments[1:3])
        return Folding(True, max(scales * channels - stored, 0), (NORM,))
    if "RemoveOptionalBias" in rules and not bias:
        had_bias = len(arguments) > 2 and arguments[2].startswith("%")
        return Folding(False, channels, (BIAS,)) if had_bias else Folding()
    if _NAMELESS.match(weight) and _NAMELESS.match(bias) and operator in ("Conv", "ConvTranspose"):
        return Folding(True, 2 * channels - stored, (NORM,))
    return Folding()


def _arguments(call: str) -> list[str]:
    """The arguments of a call as torch prints it: `%x : ... call_function[target=...](args = (%a, %b, [1, 1]), kwargs = {})`."""
    _, found, rest = call.partition("(args = (")
    arguments, depth, one = [], 0, ""
    for char in rest[:4096] if found else "":
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        if depth < 0:
            break
        if char == "," and depth == 0:
            arguments.append(one.strip())
            one = ""
        else:
            one += char
    return [*arguments, one.strip()] if one.strip() else arguments
