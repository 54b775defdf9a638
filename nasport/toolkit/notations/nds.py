"""The records of NDS, "On Network Design Spaces for Visual Recognition" (Radosavovic et al. 2019).

Either a pair of DARTS cells with a width and a depth, or stages of one block: `ds` blocks of width `ws` and first stride
`ss`, with `bot_muls` and `num_gs` (bottleneck ratio and groups) in ResNeXt. The first of the stages is the stem. A text
is the network alone or a whole record, whose `space` is kept; spaces whose name has `_in` are of ImageNet, the others
of CIFAR-10. The public records have no `space`: of cells, their `params` tell the data set, which the two networks never
share; a network of cells alone is taken for CIFAR-10's, with a warning. How a network was trained is not part of an architecture and is left out; `aux` and `drop_prob` come back
from the source text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nasport.schemas.architecture import Architecture, Cell, Skeleton, Source
from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json
from nasport.toolkit.notations.base import Notation, errors_within
from nasport.toolkit.notations.darts_network import check_network, networks, width_and_depth
from nasport.toolkit.notations.genotype import FIELDS, Genotype, Half, checked_half, genotype_of
from nasport.toolkit.notations.genotype import OPERATORS as DARTS_OPERATORS
from nasport.toolkit.notations.nds_stages import stage_lists, stage_network
from nasport.toolkit.notations.same_graph import settled_by_source

SPACE = "nds"
# Those of DARTS and what NASNet, AmoebaNet, PNAS and ENAS have besides (table 2 there).
CONVOLUTIONS = ("conv_1x1", "conv_3x3", "conv_3x1_1x3", "dil_sep_conv_3x3")
OPERATORS = (*DARTS_OPERATORS, *CONVOLUTIONS, "max_pool_5x5", "max_pool_7x7")
MAX_WIDTH, MAX_DEPTH = 4096, 200


class NDS(Notation):
    """A record of NDS, or its network alone, as JSON."""

    name = "nds"
    description = "NDS record or its net as JSON: genotype, width and depth, or block_type, ds, ws, ss, ..."
    example = (
        '{"block_type": "res_basic_block", "bot_muls": [], "ds": [1, 2, 2, 2], "num_gs": [], '
        '"ss": [1, 1, 2, 2], "ws": [16, 16, 32, 64]}'
    )

    def parse(self, text: str) -> Architecture:
        record = _object(parse_json(text))
        whole = "net" in record
        space = record.get("space", SPACE) if whole else SPACE
        if not isinstance(space, str) or not 0 < len(space) <= 200:
            raise InputError(f"{space!r:.80} is no name of a space", path=("space",))
        net = record["net"] if whole else record
        with errors_within(*(("net",) if whole else ())):
            cells, skeletons = _cells_and_networks(net)
        if cells and whole and "space" not in record:
            space = _space_by_parameters(record, cells, skeletons)
        # The keys that say something, so that a record's labels and training settings stay behind.
        kept = {"space": space, "net": net} if whole else net
        source = Source(self.name, json.dumps(kept, ensure_ascii=False))
        return Architecture(cells, skeletons[_imagenet(space)], space=space, source=source)

    def write(self, architecture: Architecture) -> str:
        skeleton = architecture.skeleton
        if skeleton is None:
            raise InputError("no skeleton, NDS needs width and depth", path=("skeleton",))
        if architecture.cells:
            settled = settled_by_source(architecture, self)
            genotype = genotype_of(settled, OPERATORS)
            check_network(architecture)
            width, depth = width_and_depth(skeleton)
            said: dict[str, Any] = {}
            if settled is not architecture and settled.source is not None:
                said = json.loads(settled.source.text)
                said = said.get("net", said)
            net: Mapping[str, Any] = {
                "aux": said.get("aux", False),
                "depth": depth,
                "drop_prob": said.get("drop_prob", 0.0),
                "genotype": _half_lists("normal", genotype.normal) | _half_lists("reduce", genotype.reduce),
                "width": width,
            }
        else:
            net = stage_lists(architecture)
        # The document's space, unless its name tells of another data set than the classes do; ImageNet has 1000.
        space, imagenet = architecture.space, skeleton.classes == 1000
        if not space or (architecture.cells and _imagenet(space) != imagenet):
            space = f"{SPACE}_in" if imagenet else SPACE
        return json.dumps(net if space == SPACE else {"space": space, "net": net}, ensure_ascii=False)


def _imagenet(space: str) -> bool:
    return "_in" in space.removesuffix("_reruns")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{value!r:.80}, expected a JSON object of NDS")
    return value


def _cells_and_networks(value: Any) -> tuple[Mapping[str, Cell], tuple[Skeleton, Skeleton]]:
    """The cells of a network, and the network on CIFAR-10 and on ImageNet; twice the same where stages tell.

    Raises:
        InputError: names the key and what was expected.
    """
    net = _object(value)
    if "genotype" not in net:
        if "block_type" not in net:
            raise InputError("expected an NDS network, with a key 'genotype' or 'block_type'")
        network = stage_network(net)
        return {}, (network, network)
    with errors_within("genotype"):
        genotype = _genotype(net["genotype"])
    for key, limit in (("width", MAX_WIDTH), ("depth", MAX_DEPTH)):
        number = net.get(key)
        if type(number) is not int or not 2 <= number <= limit:
            raise InputError(f"{key} is {number!r:.80}, expected an integer from 2 to {limit}")
    unknown = net.keys() - {"genotype", "width", "depth", "aux", "drop_prob"}
    if unknown:
        raise InputError(f"unknown key {min(unknown)!r:.80} beside 'genotype'")
    if type(net.get("aux", False)) is not bool or type(net.get("drop_prob", 0.0)) not in (int, float):
        raise InputError("expected true or false for 'aux' and a number for 'drop_prob'")
    return genotype.cells(), networks(net["width"], net["depth"])


def _genotype(value: Any) -> Genotype:
    record = _object(value)
    for key in FIELDS:
        if key not in record:
            raise InputError(f"missing key {key!r}, expected {', '.join(FIELDS)}")
    unknown = record.keys() - set(FIELDS)
    if unknown:
        raise InputError(f"unknown key {min(unknown)!r:.80}, expected {', '.join(FIELDS)} alone")
    halves = []
    for name in ("normal", "reduce"):
        with errors_within(name):
            halves.append(checked_half(name, record[name], record[f"{name}_concat"], OPERATORS))
    return Genotype(*halves)


def _space_by_parameters(record: dict[str, Any], cells: Mapping[str, Cell], both: Sequence[Skeleton]) -> str:
    """The space of a record that names none, as far as its data set goes: that of the network with its `params`.

    Its `flops` would not tell: what is counted there beside multiply-accumulates outweighs the difference.
    """
    from nasport.runtime.costs import parameters

    counts = [parameters(Architecture(cells, skeleton)) for skeleton in both]
    published = record.get("params")
    if type(published) is not int or published not in counts:
        found = "no 'params'" if published is None else f"'params' {published!r:.40}"
        cifar, imagenet = ("an unknown number" if count is None else f"{count:,}" for count in counts)
        raise InputError(
            f"a record without 'space' and with {found} does not say its data set, expected {cifar} (CIFAR-10) or "
            f"{imagenet} (ImageNet), or a 'space', which is of ImageNet where its name has '_in' as DARTS_in"
        )
    return SPACE if published == counts[0] else f"{SPACE}_in"


def _half_lists(name: str, half: Half) -> dict[str, Any]:
    return {name: [list(edge) for edge in half.pairs(name)], f"{name}_concat": list(half.concat)}
