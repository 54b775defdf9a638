#!/bin/sh
# torch's FlopCounterMode counts nothing of nn.TransformerEncoderLayer in evaluation, and no product of attention in training.
#
# Versions: torch 2.13.0; Python 3.11 to 3.13. Not run by CI: it downloads it.
#
# In evaluation, and without gradients, the layer takes a fused path, one operator that the counter has no formula for: it
# says 0 without a word. In training mode (dropout 0, so that the same is computed), or with gradients on, it counts the linear
# layers (2 x 16 tokens x 12,288 weights = 393,216), but not the two products of attention (32,768 more): on the CPU they are one
# fused operator too, without a formula. With attention's backend set to MATH they are counted.
#
# Seen:
#   training:                    393,216
#   evaluation, with gradients:  393,216
#   evaluation, no gradients:    0
#   training, backend MATH:      425,984
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy
cd "$folder"
cat > counts.py <<'END'
import sys
import warnings

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

warnings.simplefilter("ignore")


def count(layer):
    with FlopCounterMode(display=False) as counter:
        layer(torch.zeros(1, 16, 32))
    return counter.get_total_flops()


torch.manual_seed(0)
layer = nn.TransformerEncoderLayer(32, 4, 128, dropout=0.0, batch_first=True)
seen = {"training": count(layer.train()), "evaluation, with gradients": count(layer.eval())}
with torch.no_grad():
    seen["evaluation, no gradients"] = count(layer.eval())
with sdpa_kernel(SDPBackend.MATH):
    seen["training, backend MATH"] = count(layer.train())
for name, found in seen.items():
    print(f"{name + ':':29}{found:,}")
expected = [393216, 393216, 0, 425984]
if list(seen.values()) != expected:
    sys.exit(f"changed: expected {expected}")
END
"$folder/venv/bin/python" counts.py
