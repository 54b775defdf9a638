#!/bin/sh
# How many parameters torch.onnx.export stores depends on their values: a fresh network and the same network after a step of
# training give files of different sizes, by both exporters, and neither is the number of the network's parameters.
#
# Versions: torch 2.13.0, onnx 1.23.2, onnxscript 0.7.2; Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# The network has four convolutions with biases, all of which begin as zeros (as in VGG), and a linear layer. The newer exporter
# leaves out biases that are all zero. The older one (`dynamo=False`) stores equal tensors once and refers to them through
# Identity nodes. After any training step both files hold all parameters. Who counts parameters in ONNX files of untrained
# networks, as tables of architectures are made, counts too few.
#
# Seen:
#   the network:             1778
#   fresh, newer exporter:   1746
#   fresh, older exporter:   1754
#   trained, newer exporter: 1778
#   trained, older exporter: 1778
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2
cd "$folder"
cat > values.py <<'END'
import sys
import warnings

import onnx
import torch
from torch import nn

warnings.simplefilter("ignore")
FLOAT = onnx.TensorProto.FLOAT


def network():
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 8, 3), nn.ReLU()]
    for _ in range(3):
        layers += [nn.Conv2d(8, 8, 3, groups=2 if len(layers) == 2 else 1), nn.ReLU()]
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10)]
    made = nn.Sequential(*layers)
    for module in made:
        if isinstance(module, nn.Conv2d):
            nn.init.zeros_(module.bias)
    return made.eval()


def stored(model, **options):
    torch.onnx.export(model, (torch.zeros(1, 3, 16, 16),), "model.onnx", verbose=False, **options)
    sizes = []
    for tensor in onnx.load("model.onnx", load_external_data=False).graph.initializer:
        size = 1
        for side in tensor.dims:
            size *= side
        if tensor.data_type == FLOAT:
            sizes.append(size)
    return sum(sizes)


fresh, trained = network(), network()
with torch.no_grad():
    for parameter in trained.parameters():
        parameter.add_(0.01 * torch.randn_like(parameter))
seen = {
    "the network": sum(parameter.numel() for parameter in fresh.parameters()),
    "fresh, newer exporter": stored(fresh, dynamo=True),
    "fresh, older exporter": stored(fresh, dynamo=False),
    "trained, newer exporter": stored(trained, dynamo=True),
    "trained, older exporter": stored(trained, dynamo=False),
}
for name, found in seen.items():
    print(f"{name + ':':25}{found}")
expected = [1778, 1746, 1754, 1778, 1778]
if list(seen.values()) != expected:
    sys.exit(f"changed: expected {expected}")
END
"$folder/venv/bin/python" values.py
