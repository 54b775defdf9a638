"""Notation of NDS, the records of "On Network Design Spaces for Visual Recognition" (Radosavovic et al. 2019).

A network is a pair of DARTS cells with width and depth, or a list of stages of one block: `ds` blocks of width `ws` and first stride
`ss`, and for ResNeXt `bot_muls` and `num_gs` (bottleneck ratio and groups). The first stage is the stem. A text is a network or
a whole record, whose `space` the document keeps. Search spaces with `_in` in their name are for ImageNet, the others for CIFAR-10.

The public records have no `space`. For cells, their number of parameters (`params`) determines the data set, because the networks of
the two data sets never have the same number. A network of cells without a record is taken as a CIFAR-10 network, with a warning.
Training settings are not part of an architecture and are dropped. Only `aux` and `drop_prob` are written again from the source text.
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
from nasport.toolkit.notations.same_graph import document_of_source

SPACE = "nds"
# Operators of DARTS, and further ones of NASNet, AmoebaNet, PNAS and ENAS (table 2 of the paper).
CONVOLUTIONS = ("conv_1x1", "conv_3x3", "conv_3x1_1x3", "dil_sep_conv_3x3")
OPERATORS = (*DARTS_OPERATORS, *CONVOLUTIONS, "max_pool_5x5", "max_pool_7x7")
MAX_WIDTH, MAX_DEPTH = 4096, 200


class NDS(Notation):
    """Networks as JSON records of NDS, or as only the network of a record."""

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
            raise InputError(f"{space!r:.80}, expected the name of a search space", path=("space",))
        net = record["net"] if whole else record
        with errors_within(*(("net",) if whole else ())):
            cells, skeletons = _cells_and_networks(net)
        if cells and whole and "space" not in record:
            space = _space_by_parameters(record, cells, skeletons)
        # Only the keys of the architecture are kept, without the labels and training settings of a record.
        kept = {"space": space, "net": net} if whole else net
        source = Source(self.name, json.dumps(kept, ensure_ascii=False))
        return Architecture(cells, skeletons[_imagenet(space)], space=space, source=source)

    def write(self, architecture: Architecture) -> str:
        skeleton = architecture.skeleton
        if skeleton is None:
            raise InputError("no skeleton, expected one with the width and depth of NDS", path=("skeleton",))
        if architecture.cells:
            original = document_of_source(architecture, self)
            genotype = genotype_of(original, OPERATORS)
            check_network(architecture)
            width, depth = width_and_depth(skeleton)
            source_net: dict[str, Any] = {}
            if original is not architecture and original.source is not None:
                source_net = json.loads(original.source.text)
                source_net = source_net.get("net", source_net)
            net: Mapping[str, Any] = {
                "aux": source_net.get("aux", False),
                "depth": depth,
                "drop_prob": source_net.get("drop_prob", 0.0),
                "genotype": _half_lists("normal", genotype.normal) | _half_lists("reduce", genotype.reduce),
                "width": width,
            }
        else:
            net = stage_lists(architecture)
        # Keep the document's space unless its name contradicts the number of classes, which is 1000 only for ImageNet.
        space, imagenet = architecture.space, skeleton.classes == 1000
        if not space or (architecture.cells and _imagenet(space) != imagenet):
            space = f"{SPACE}_in" if imagenet else SPACE
        return json.dumps(net if space == SPACE else {"space": space, "net": net}, ensure_ascii=False)


def _imagenet(space: str) -> bool:
    """Return whether the name of a search space means ImageNet."""
    return "_in" in space.removesuffix("_reruns")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{value!r:.80}, expected a JSON object of an NDS network or record")
    return value


def _cells_and_networks(value: Any) -> tuple[Mapping[str, Cell], tuple[Skeleton, Skeleton]]:
    """Read a network.

    Returns:
        Cells, and the skeletons for CIFAR-10 and for ImageNet; the two are equal if stages determine the data set.

    Raises:
        InputError: an invalid value; the message or the path of the error names the key.
    """
    net = _object(value)
    if "genotype" not in net:
        if "block_type" not in net:
            raise InputError("expected an NDS network with the key 'genotype' or 'block_type'")
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
        raise InputError(
            f"unknown key {min(unknown)!r:.80}, expected genotype, width, depth, aux and drop_prob"
        )
    if type(net.get("aux", False)) is not bool or type(net.get("drop_prob", 0.0)) not in (int, float):
        raise InputError("expected true or false for 'aux' and a number for 'drop_prob'")
    return genotype.cells(), networks(net["width"], net["depth"])


def _genotype(value: Any) -> Genotype:
    """Read a genotype from a JSON value; an invalid one raises InputError."""
    record = _object(value)
    for key in FIELDS:
        if key not in record:
            raise InputError(f"missing key {key!r}, expected {', '.join(FIELDS)}")
    unknown = record.keys() - set(FIELDS)
    if unknown:
        raise InputError(f"unknown key {min(unknown)!r:.80}, expected only {', '.join(FIELDS)}")
    halves = []
    for name in ("normal", "reduce"):
        with errors_within(name):
            halves.append(checked_half(name, record[name], record[f"{name}_concat"], OPERATORS))
    return Genotype(*halves)


def _space_by_parameters(record: dict[str, Any], cells: Mapping[str, Cell], both: Sequence[Skeleton]) -> str:
    """Return the search space of a record without `space`: `nds` for CIFAR-10, `nds_in` for ImageNet.

    The data set is that of the network whose number of parameters equals `params`. `flops` cannot determine it, because the
    records also count other operations, and these exceed the difference of the two networks.
    """
    from nasport.runtime.costs import parameters

    counts = [parameters(Architecture(cells, skeleton)) for skeleton in both]
    published = record.get("params")
    if type(published) is not int or published not in counts:
        stated = "no 'params'" if published is None else f"'params' {published!r:.40}"
        cifar, imagenet = ("an unknown number" if count is None else f"{count:,}" for count in counts)
        raise InputError(
            f"a record without 'space' and with {stated}, expected 'params' of {cifar} (CIFAR-10) or {imagenet} (ImageNet), "
            "or a 'space', whose name has '_in' for ImageNet such as DARTS_in"
        )
    return SPACE if published == counts[0] else f"{SPACE}_in"


def _half_lists(name: str, half: Half) -> dict[str, Any]:
    return {name: [list(edge) for edge in half.pairs(name)], f"{name}_concat": list(half.concat)}
