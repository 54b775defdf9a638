"""Texts of every notation: its example, random members of the search spaces, and other spellings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nasport.schemas import Architecture, InputError
from nasport.toolkit.notations import notation, notations
from nasport.toolkit.spaces import load_space, space_names

# Texts that random members do not give: other spellings, and the same networks in the words of other projects.
_SPELLINGS: tuple[tuple[str, str], ...] = (
    ("nasbench101", "3 111 1"),
    ("nasbench101_json", "{'matrix': [[0, 1, 1], [0, 0, 1], [0, 0, 0]], 'ops': ['input', 'conv1x1-bn-relu', 'output']}"),
    ("nasbench101_json", "ModelSpec(matrix=[[0, 1], [0, 0]], ops=['input', 'output'])"),
    ("nasbench201", "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"),
    ("nasbench201_naslib", "[2 3 0 1 4 2]"),
    ("nasbench201_zerocost", "(np.int64(2), np.int64(3), 0, 1, 4, 2)"),
    ("transnas_macro_naslib", "[1, 2, 3, 4]"),
    ("autoformer", '{"embed_dim": 240, "depth": 12, "mlp_ratio": [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4], '
     '"num_heads": [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]}'),
    ("darts", "Genotype(normal=[('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 0), ('sep_conv_3x3', 1), "
     "('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 2)], normal_concat=[2, 3, 4, 5], "
     "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('max_pool_3x3', 0), "
     "('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)], reduce_concat=[2, 3, 4, 5])"),
)  # fmt: skip
# A notation for which the members of the shipped spaces have another skeleton.
_ONLY_CELLS = ("nasbench301",)
# No members of shipped spaces: cells of natural language processing.
_RECIPES = (
    '{"h_new_0": {"op": "activation_tanh", "input": ["x"]}}',
    '{"a": {"op": "linear", "input": ["x", "h_prev_0"]}, "g": {"op": "activation_sigm", "input": ["a"]}, '
    '"b": {"op": "linear", "input": ["x"]}, "h_new_0": {"op": "blend", "input": ["g", "b", "h_prev_0"]}}',
    '{"a": {"op": "linear", "input": ["x", "h_prev_0", "h_prev_1"]}, "h_new_1": {"op": "activation_leaky_relu", '
    '"input": ["a"]}, "h_new_0": {"op": "elementwise_sum", "input": ["h_new_1", "h_prev_0"]}}',
)


def texts_of_notations(count: int) -> list[tuple[str, str]]:
    """Return notation and text of at least `count` architectures of each notation, without repetition."""
    found: dict[tuple[str, str], None] = {}
    members = list(_members(3 * count))
    for name in notations():
        known = notation(name)
        texts = [known.example, *(text for of, text in _SPELLINGS if of == name)]
        texts += _RECIPES if name == "nasbench_nlp" else ()
        for architecture in members:
            if len(texts) >= count:
                break
            try:
                text = known.write(
                    replace(architecture, skeleton=None) if name in _ONLY_CELLS else architecture
                )
                known.parse(text)
            except InputError:
                continue
            if text not in texts:
                texts.append(text)
        found |= {(name, text): None for text in texts}
    return list(found)


def _members(count: int) -> Iterator[Architecture]:
    """Yield random members of all shipped spaces in turns."""
    spaces = [load_space(name) for name in space_names()]
    randoms = [np.random.default_rng(7) for _ in spaces]
    for _ in range(count):
        for space, random in zip(spaces, randoms, strict=True):
            yield space.architecture(space.sample(random))
