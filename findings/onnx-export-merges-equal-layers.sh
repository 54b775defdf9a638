#!/bin/sh
# torch.onnx.export computes equal layers once, and so does ONNX Runtime when it loads a file.
#
# Versions: torch 2.13.0, onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.31.1; Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# A network that runs four average poolings of one tensor, behind two convolutions with a batch normalization each, becomes a
# file of one pooling and no normalization. It computes the same, but takes less time and memory than the network does, and
# its documentation says of `optimize` no more than that it is on. With `optimize=False` the file holds every layer (and
# zeros as biases of the convolutions that have none). ONNX Runtime merges the poolings when it loads that file, unless
# "CommonSubexpressionElimination" is among the `disabled_optimizers`.
#
# Seen:
#   run by the module:               AveragePool 4, BatchNormalization 2, Conv 2
#   torch.onnx.export:               AveragePool 1, BatchNormalization 0, Conv 2
#   with optimize=False:             AveragePool 4, BatchNormalization 2, Conv 2
#   ONNX Runtime, of the latter:     AveragePool 1
#   ONNX Runtime, told not to merge: AveragePool 4
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.31.1
cd "$folder"
cat > merges.py <<'END'
import sys
import warnings
from collections import Counter

import onnx
import onnxruntime
import torch
from torch import nn

warnings.simplefilter("ignore")
KINDS = {"AvgPool2d": "AveragePool", "BatchNorm2d": "BatchNormalization", "Conv2d": "Conv"}


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.pools = nn.ModuleList(nn.AvgPool2d(3, 1, 1) for _ in range(4))
        self.convolutions = nn.ModuleList(nn.Conv2d(3, 3, 1, bias=False) for _ in range(2))
        self.norms = nn.ModuleList(nn.BatchNorm2d(3) for _ in range(2))

    def forward(self, x):
        for convolution, norm in zip(self.convolutions, self.norms):
            x = norm(convolution(x))
        return sum(pool(x) for pool in self.pools)


def kinds(file):
    found = Counter(node.op_type for node in onnx.load(file).graph.node)
    return {kind: found[kind] for kind in KINDS.values()}


def exported(**options):
    torch.onnx.export(network, (images,), "model.onnx", dynamo=True, verbose=False, external_data=False, **options)
    return kinds("model.onnx")


def loaded(**options):
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    settings.optimized_model_filepath = "loaded.onnx"
    onnxruntime.InferenceSession("model.onnx", settings, providers=["CPUExecutionProvider"], **options)
    return {"AveragePool": kinds("loaded.onnx")["AveragePool"]}


torch.manual_seed(0)
network, images, ran = Network().eval(), torch.randn(1, 3, 8, 8), Counter()
hooks = [m.register_forward_hook(lambda m, *_: ran.update([type(m).__name__])) for m in network.modules()]
network(images)
for hook in hooks:
    hook.remove()

whole = {"AveragePool": 4, "BatchNormalization": 2, "Conv": 2}
seen = {
    "run by the module": ({KINDS[name]: ran[name] for name in KINDS}, whole),
    "torch.onnx.export": (exported(), {"AveragePool": 1, "BatchNormalization": 0, "Conv": 2}),
    "with optimize=False": (exported(optimize=False), whole),
    "ONNX Runtime, of the latter": (loaded(), {"AveragePool": 1}),
    "ONNX Runtime, told not to merge": (
        loaded(disabled_optimizers=["CommonSubexpressionElimination"]),
        {"AveragePool": 4},
    ),
}
for name, (found, _) in seen.items():
    print(f"{name + ':':33}", ", ".join(f"{kind} {count}" for kind, count in found.items()))
changed = [name for name, (found, expected) in seen.items() if found != expected]
if changed:
    sys.exit(f"changed: {', '.join(changed)}")
END
"$folder/venv/bin/python" merges.py
