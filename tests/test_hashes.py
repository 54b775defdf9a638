"""Hashes of members of every shipped space equal the recorded ones, because users may have stored them."""

from __future__ import annotations

import hashlib

import pytest
from numpy.random import default_rng

from nasport.schemas import canonicalize, hashes, raw_graph, stack
from nasport.toolkit.spaces import load_space, space_names

# Of 300 members drawn with seed 17. Those of autoformer, fbnet, nasbench_macro, ofa_mbv3, transnas_* and vit_bench_101 are
# from when equal stages in a row became one of more repeats, the others from before equal branches were ordered without a
# search.
DIGESTS = {
    "accel_nasbench": "02489595b4d9e7d5aed4ca07b2e79fa9",
    "autoformer": "e9d6d26aedee70f163b99e8c13b4df2c",
    "darts": "3ca073c8cb94cee0f92127d6d65032a7",
    "fbnet": "ef9b3c577e81820f1d9e0f85e7833665",
    "nasbench101": "d6cc999c2077d229f786880d154c291f",
    "nasbench201": "b943b28291dca662ec5defe12ef99694",
    "nasbench_macro": "52de75ffbd774e4002446f84e24de48c",
    "nasbench_nlp": "4c87a3adad7e239988df2ca6e5fbec0f",
    "nats_size": "32cda75c6e2bc2eb32a34b03f3948b1d",
    "nds_amoeba": "59a481db012e429d32ad81eab98c08d4",
    "nds_darts": "4973d8e9ab2cd7139e613dc5542d9729",
    "nds_enas": "3b3cbffca4c19b89998873b77130a476",
    "nds_nasnet": "be093f64b7502b4f9ccbe65cc03d707d",
    "nds_pnas": "12d10ccbbc0d26e6704083ea93afad70",
    "nds_resnet": "0d2600afbe7cb8365aa505bad7222550",
    "nds_resnet_in": "1ec63c0f0acc10c97f1ff722e554073b",
    "nds_resnext_a": "812141d863c373a700088da058c28581",
    "nds_resnext_b": "47331f57284c5c720314a3a63b8b2d52",
    "ofa_mbv3": "644561acd54b07476030349d6a8719d6",
    "transnas_macro": "0f7a958accbf978bcc276049116b5229",
    "transnas_micro": "8bc0a2e4595aad9bb318ee665c736bf7",
    "vit_bench_101": "d972efafe223ad334083ede84680b156",
}


def test_every_shipped_space_has_recorded_hashes() -> None:
    assert sorted(DIGESTS) == sorted(space_names())


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_hashes_equal_the_recorded_ones(name: str) -> None:
    space, rng = load_space(name), default_rng(17)
    graphs = [raw_graph(space.architecture(space.sample(rng))) for _ in range(300)]
    found = " ".join(hashes(canonicalize(stack(graphs))))
    assert hashlib.sha256(found.encode()).hexdigest()[:32] == DIGESTS[name]
