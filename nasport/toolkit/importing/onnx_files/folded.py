"""Recognition of parameters that exporters fold into a layer or leave out: batch norms, and biases that are zero."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

NORM = "a batch normalization that the exporter folded into a layer without a bias"
TABLE = "a table of relative positions that the exporter expanded to all pairs of positions"
BIAS = "a bias of zeros that the exporter left out"
# Names that exporters invent for tensors that belong to no module.
INVENTED = re.compile(r"val_\d+$|onnx::|.*Constant(_\d+)?_output_\d+$|\d+$")
_FOLDED = re.compile(r"FuseBatchNormInto|FuseConvBatchNorm")
_NAMELESS = re.compile(r"onnx::Conv(Transpose)?_\d+$")


class Folding(NamedTuple):
    """Parameters that an operation had before its export, and that the file lacks.

    Attributes:
        norm: whether a batch norm was folded into the operation.
        unstored: number of parameters that the file lacks.
        assumed: assumptions in words.
    """

    norm: bool = False
    unstored: int = 0
    assumed: tuple[str, ...] = ()


def folding(metadata: Mapping[str, str], operator: str, weight: str, bias: str, channels: int) -> Folding:
    """Recognize what an exporter folded or left out, from the metadata of a node and the names of its weights.

    Args:
        metadata: entries that the exporter stored with the node.
        operator: operator of the node.
        weight: name of the weight.
        bias: name of the bias; empty if there is none.
        channels: channels of the output.
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
    """Split the arguments of a call that torch printed.

    Args:
        call: text such as `%x : ... call_function[target=...](args = (%a, %b, [1, 1]), kwargs = {})`.

    Returns:
        arguments as texts, e.g. `%a`, `%b` and `[1, 1]`; empty if the text has another form.
    """
    _, start, rest = call.partition("(args = (")
    arguments, depth, argument = [], 0, ""
    for char in rest[:4096] if start else "":
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        if depth < 0:
            break
        if char == "," and depth == 0:
            arguments.append(argument.strip())
            argument = ""
        else:
            argument += char
    return [*arguments, argument.strip()] if argument.strip() else arguments
