"""Files of the tables: authors, addresses, and the SHA-256 of the copies from which nasport's results come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Origin(NamedTuple):
    """Origin of a file.

    Attributes:
        benchmark: name of the benchmark.
        source: address of the public original.
        license: SPDX identifier; empty if the source states none.
    """

    benchmark: str
    source: str
    license: str


@dataclass(frozen=True)
class TableFile:
    """A file of the folder.

    Attributes:
        origin: origin of the file.
        sha256: SHA-256 of the copy from which nasport's results come.
        holds: contents in words.
        columns: required columns of a CSV file that no table of the catalog reads.
    """

    origin: Origin
    sha256: str
    holds: str
    columns: tuple[str, ...] = ()


_GITHUB = "https://github.com/"
_NASBENCH101 = Origin("NAS-Bench-101", f"{_GITHUB}google-research/nasbench", "Apache-2.0")
_NASBENCH201 = Origin("NAS-Bench-201", f"{_GITHUB}D-X-Y/NATS-Bench", "MIT")
_SUITE_ZERO = Origin("NAS-Bench-Suite-Zero", f"{_GITHUB}automl/NASLib", "Apache-2.0")
_TRANSNAS = Origin("TransNAS-Bench-101", f"{_GITHUB}yawen-d/TransNASBench", "MIT")
_HELP = Origin("HELP", f"{_GITHUB}HayeonLee/HELP", "MIT")
_NETS_COLUMNS = ("net", "net_str", "val_accs")

FILES: Mapping[str, TableFile] = {
    "nasbench101.csv.gz": TableFile(
        _NASBENCH101,
        "44a52d442b9ea2be48945ad0b57136fc40f49c0bb495bff66ee3857001bd592c",
        "35,194 cells, accuracy of 30,001",
    ),
    "nasbench101_space.txt.gz": TableFile(
        _NASBENCH101,
        "a11e2442f58101536ed7074cd0cee081b59f015b7494dc0e6df5f4f16d207782",
        "all 423,624 unique cells: hash, vertices, matrix, operators",
    ),
    "nasbench201.csv.gz": TableFile(
        _NASBENCH201,
        "2330ad4523f02f73c948690a6a023b4e2979af887b0f7456f0e91877210bc158",
        "all 15,625 cells, accuracy on three data sets",
    ),
    "nasbench201_zero_cost_proxies.csv.gz": TableFile(
        _SUITE_ZERO,
        "143be859b105a2b50bc7cd5b1f4628d1575107a7dc618188a474e138278c87f6",
        "13 zero-cost proxies of 9,445 cells of NAS-Bench-201, CIFAR-10",
    ),
    "nasbench201_zero_cost_nets.csv.gz": TableFile(
        _SUITE_ZERO,
        "7b3a7a5da9542333fefb75463350468874c1145ea2891222be88b6771198abb6",
        "the same 9,445 cells with an accuracy",
        _NETS_COLUMNS,
    ),
    "latency_nasbench201.csv.gz": TableFile(
        _HELP,
        "22b56ec6272e0598af7b32e2ac3cf658e0b97cffea3abbc732582b38c687aa85",
        "all 15,625 cells of NAS-Bench-201, milliseconds on 22 devices and batch sizes",
    ),
    "latency_fbnet.csv.gz": TableFile(
        _HELP,
        "1e5b69ad5a8692a434814bd48e7cf8710618977e9529b7670109cd81cb142592",
        "5,000 networks of FBNet, milliseconds on 22 devices and batch sizes",
    ),
    "transnasbench101_micro.csv.gz": TableFile(
        _TRANSNAS,
        "438b2050cc20764f11b1fd39bf5573dde3b215577f1afb999de55a5670e89e1e",
        "4,096 cells, seven tasks",
    ),
    "transnasbench101_macro.csv.gz": TableFile(
        _TRANSNAS,
        "2470cb2b1682e367cac1fef23ad13761ba906663e9b0c022b4c6fce808f980ba",
        "3,255 networks, seven tasks",
    ),
    "nasbench_macro.json.gz": TableFile(
        Origin("NAS-Bench-Macro", f"{_GITHUB}xiusu/NAS-Bench-Macro", "Apache-2.0"),
        "88bbd18bed3ddc649006b1f641619a84c567861ef456a8b9bf5c0026ef083171",
        "6,561 networks, three runs",
    ),
    "nasbench301_surrogate.json.gz": TableFile(
        Origin("NAS-Bench-301", f"{_GITHUB}automl/nasbench301", "Apache-2.0"),
        "cfb603f1c6feb3bfcd7dcff0ca1259fc576f4ff79224e9a7632a7796b7628b21",
        "725 pairs of DARTS cells, accuracy by the surrogate",
    ),
    "darts_small.csv.gz": TableFile(
        Origin("SWAP-NAS", f"{_GITHUB}pym1024/SWAP", "AFL-3.0"),
        "dc62d9904df962715f03673d5425847d4dd1f9a39b663839fac59a4097799650",
        "498 DARTS genotypes, many with `none`, after an unknown training",
    ),
    "accel_nasbench.csv.gz": TableFile(
        Origin("Accel-NASBench", f"{_GITHUB}afzalxo/Accel-NASBench", "Apache-2.0"),
        "2d98a77f1a2746590a23aa40fab4e46d102c225210705f4e2b6ed744bd2c4f77",
        "5,138 rows of 5,125 networks of MnasNet's blocks, ImageNet",
    ),
    "autoformer_100.json.gz": TableFile(
        Origin("ViT-Bench-101", f"{_GITHUB}lliai/Auto-Prox-AAAI24", "Apache-2.0"),
        "39c1e76347d73109520759e6b451435ab911107de30c69f3cbebca823d1f4873",
        "100 vision transformers, four data sets",
    ),
    "nds_public.jsonl.gz": TableFile(
        Origin("NDS", f"{_GITHUB}facebookresearch/nds", "MIT"),
        "aa09570e4c140bfb8de5aedef8ae32be4ecf0138f6ae74cb01047987cdc70ca4",
        "2,776 records of trainings, those of four spaces are read",
    ),
    "nasbench_nlp_public.jsonl.gz": TableFile(
        Origin("NAS-Bench-NLP", f"{_GITHUB}fmsnew/nas-bench-nlp-release", "Apache-2.0"),
        "4d2e3f254921497c0e34e6b872cd3d3fd9185152675c100f34af220d2bf380e1",
        "7,351 logs of recurrent cells, 5,862 of them whole on the Penn Treebank",
    ),
    "cifar10_train_2048.npz": TableFile(
        Origin("CIFAR-10", "https://www.cs.toronto.edu/~kriz/cifar.html", ""),
        "d9e95bae3e57cc533da352c61a2a227f7d2ac1ad36ac09c6cb226ab9ecc9b87c",
        "2,048 training images, uint8 (2048, 32, 32, 3) under `images`; for GenNAS",
    ),
}
