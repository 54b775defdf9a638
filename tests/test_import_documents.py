"""Documents of networks of every family: expected structure, exact counts, and equal results of all import paths."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.costs.skeleton import image_of, network_cost
from nasport.schemas import Architecture, InputError, parse_architecture
from nasport.toolkit.importing.documents.document import Imported
from nasport.toolkit.importing.report import ImportReport
from nasport.toolkit.notations import notation
from tests.documents import hash_of

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
from torch import Tensor, nn  # noqa: E402
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from nasport.toolkit.importing.reading import import_file, import_module  # noqa: E402
from nasport.toolkit.networks import build_network  # noqa: E402
from tests.import_blocks import Scale, conv  # noqa: E402
from tests.import_models import MODELS, Odd, export, made  # noqa: E402
from tests.import_summaries import EXPECTED, summary  # noqa: E402
from tests.import_transformers import GroupedQueries, OfTorch, Turned, Written  # noqa: E402
from tests.module_counting import parameter_count  # noqa: E402

# Models with a described part, so that no network can be built.
IRREGULAR = ("swin", "selective kernels", "nfnet")
REGULAR = [name for name in MODELS if name not in IRREGULAR]
# torch's newer exporter takes two seconds per network.
NEWER = ("mobilenet v3", "grouped queries", "pyramid")


def flops(network: nn.Module, example: Tensor) -> int:
    """Return multiply-accumulates of one run as torch counts them, with both products of attention."""
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with FlopCounterMode(display=False) as counter, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
            network(example)
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    return counter.get_total_flops() // 2


def content(architecture: Architecture) -> tuple[Any, ...]:
    """Return a document without its name."""
    return architecture.cells, architecture.skeleton, architecture.operators


def counted(found: Imported) -> tuple[int, int]:
    """Return parameters and multiply-accumulates of the imported graph; those of the document are equal."""
    cost = network_cost(found.architecture).cost
    assert (cost.parameters, cost.flops) == (found.graph.parameters, found.graph.flops)
    return cost.parameters, cost.flops


@cache
def known(name: str) -> tuple[nn.Module, Tensor, Imported]:
    """Return a network, an input and the import of both; tests must not change them."""
    network, example = made(name)
    return network, example, import_module(network, example)


def weights_of(network: nn.Module, example: Tensor) -> tuple[list[list[Tensor]], Any]:
    """Return weights and statistics of the layers, and the network's output.

    Layers are sorted by shape, and by execution within a shape, because branches may run in any order. Weights of a
    convolution and its norm are grouped, and so are those of an attention.
    """
    groups: list[list[Tensor]] = []
    seen: set[nn.Module] = set()
    before: list[nn.Module] = []

    def take(module: nn.Module, _: Any) -> None:
        own = [*module.parameters(recurse=False)]
        own += [buffer for name, buffer in module.named_buffers(recurse=False) if name.startswith("running")]
        if isinstance(module, Written | GroupedQueries):
            parts = (module.q, module.k, module.v)
            seen.update(parts)
            own = [torch.cat(tensors) for tensors in zip(*(part.parameters() for part in parts), strict=True)]
        if not own or module in seen:
            return
        if isinstance(module, nn.MultiheadAttention):
            groups.append(own)
            own = [*module.out_proj.parameters()]
        own = [tensor.transpose(1, 2) if tensor.dim() == 3 and len(tensor) == 1 else tensor for tensor in own]
        if isinstance(module, nn.BatchNorm2d) and before and isinstance(before[-1], nn.Conv2d):
            groups[-1] += own
        else:
            groups.append(own)
        before.append(module)
        seen.add(module)

    hooks = [module.register_forward_pre_hook(take) for module in network.modules()]
    with torch.no_grad():
        output = network(example)
    for hook in hooks:
        hook.remove()
    return sorted(
        groups, key=lambda group: [[side for side in each.shape if side > 1] for each in group]
    ), output


@pytest.mark.parametrize("name", MODELS)
def test_a_network_has_the_expected_document(name: str) -> None:
    network, example, found = known(name)
    assert counted(found) == (parameter_count(network), flops(network, example))
    assert parse_architecture(json.dumps(found.architecture.to_json())) == found.architecture
    skeleton = found.architecture.skeleton
    assert skeleton is not None
    assert skeleton.classes == (None if name in ("unet", "pyramid") else 10)
    if name in EXPECTED:
        assert summary(found.architecture) == EXPECTED[name]
        # Only the windows are described, with a stated cost.
        assert (ImportReport.of(found).recognized_parameters == 1) == (name != "swin")


def test_a_factor_for_a_branch_is_described() -> None:
    found = known("nfnet")[2]
    stages, cells = summary(found.architecture)
    assert stages.startswith("conv_3x3 16/2 activation=none bias=1 norm=none || block 1")
    assert cells[0] == [
        "activation 1: gelu of input",
        "conv 1: conv_3x3 of activation 1 activation=gelu bias=1 channels=16 norm=none",
        "conv 2: conv_3x3 of conv 1 activation=none bias=1 channels=16 norm=none",
        "other 1: trained_values_multiplied_with_the_map of conv 2 parameters=1",
        "sum 1: sum of other 1, input", "output: output of sum 1",
    ]  # fmt: skip
    (first, second) = ImportReport.of(found).described
    assert (first.text, first.parameters, first.flops) == ("Trained values multiplied with the map", 1, 0)
    assert second.module.endswith("body.4")


def test_an_irregular_block_is_described_as_a_whole() -> None:
    found = known("selective kernels")[2]
    stages, cells = summary(found.architecture)
    assert stages == "conv_3x3 16/2 || block 1 x2 || global_avg_pool"
    assert [text.split(":")[0] for text in cells[0][-3:]] == ["sum 1", "activation 1", "output"]
    report = ImportReport.of(found)
    assert report.recognized_parameters < 0.1
    assert any("convolution" in each.text for each in report.described)


@pytest.mark.parametrize("name", IRREGULAR)
def test_described_operators_are_not_built(name: str) -> None:
    architecture = known(name)[2].architecture
    with pytest.raises(InputError, match=r"cells\.block 1\.nodes\[\d\]\.op: .* no network module"):
        build_network(architecture)


@pytest.mark.parametrize("name", REGULAR)
def test_the_network_of_the_document_equals_the_original(name: str) -> None:
    network, example, found = known(name)
    built: Any = build_network(found.architecture).eval()
    assert parameter_count(built) == parameter_count(network)
    weights, expected = weights_of(network, example)
    same_weights, _ = weights_of(built, example)
    with torch.no_grad():
        for group, same in zip(weights, same_weights, strict=True):
            for source, target in zip(group, same, strict=True):
                target.copy_(source.reshape(target.shape))
        given = built(example)
    pairs = zip(*(each if isinstance(each, tuple) else (each,) for each in (given, expected)), strict=True)
    for one, other in pairs:
        assert (one.flatten(1) - other.flatten(1)).abs().max() < 1e-4 * other.abs().max()


@pytest.mark.parametrize("name", REGULAR)
def test_the_network_of_the_document_is_imported_as_the_same_document(name: str) -> None:
    _, example, found = known(name)
    again = import_module(build_network(found.architecture), example)
    assert counted(again) == counted(found)
    if name == "unet":  # networks without classes are built with a flatten at the end
        assert summary(again.architecture)[0] == f"{summary(found.architecture)[0]} | flatten"
    else:
        assert hash_of(again.architecture) == hash_of(found.architecture)


def by_onnx(name: str, folder: Path, dynamo: bool) -> tuple[Imported, Imported]:
    """Import a network through torch and through ONNX."""
    pytest.importorskip("onnx", reason="reading ONNX files needs onnx")
    pytest.importorskip("onnxscript", reason="exporting needs onnxscript")
    network, example, found = known(name)
    return found, import_file(export(network, example, folder / "model.onnx", dynamo))


def same_by_onnx(name: str, folder: Path, dynamo: bool) -> None:
    by_torch, found = by_onnx(name, folder, dynamo)
    assert counted(found) == counted(by_torch)
    assert content(found.architecture) == content(by_torch.architecture)
    norms = {
        "pyramid": 3, "resnet": 10, "regnet": 11, "mobilenet v3": 10, "vgg": 0, "unet": 5, "shufflenet": 13,
    }  # fmt: skip
    report = ImportReport.of(found)
    if name in norms:
        folded = report.assumed.get(
            "a batch normalization that the exporter folded into a layer without a bias", 0
        )
        assert folded == norms[name]
    assert bool(report.assumed) == any("assumptions about the model" in text for text in report.warnings())


@pytest.mark.parametrize("name", NEWER)
def test_torchs_newer_exporter_gives_the_same_document(name: str, tmp_path: Path) -> None:
    same_by_onnx(name, tmp_path, dynamo=True)


# torch's older exporter lacks grouped queries and changes adaptive poolings; the other exceptions have separate tests.
@pytest.mark.parametrize(
    "name", [name for name in MODELS if name not in ("grouped queries", "vgg", "nfnet", "selective kernels")]
)
def test_torchs_older_exporter_gives_the_same_document(name: str, tmp_path: Path) -> None:
    same_by_onnx(name, tmp_path, dynamo=False)


def test_an_adaptive_pooling_is_exported_as_a_pooling(tmp_path: Path) -> None:
    by_torch, found = by_onnx("vgg", tmp_path, dynamo=False)
    assert counted(found) == counted(by_torch)
    assert summary(found.architecture)[0] == summary(by_torch.architecture)[0].replace(
        "avg_pool_2x2 resolution=2", "avg_pool_2x2/2"
    )


@pytest.mark.parametrize("name", ["nfnet", "selective kernels"])
def test_described_operators_have_the_same_costs_through_onnx(name: str, tmp_path: Path) -> None:
    by_torch, found = by_onnx(name, tmp_path, dynamo=False)
    assert counted(found) == counted(by_torch)
    assert hash_of(found.architecture) == hash_of(by_torch.architecture)


def built_and_imported(architecture: Architecture) -> Imported:
    """Build a network in the usual way and import it, without memory for weights."""
    with torch.device("meta"):
        network = build_network(architecture)
    _, image = image_of(architecture)
    found = import_module(network, torch.zeros(1, *image, device="meta"))
    cost = network_cost(architecture).cost
    assert counted(found) == (cost.parameters, cost.flops)
    return found


def nds_nets(grouped: bool) -> st.SearchStrategy[str]:
    """Networks of two to four stages after a stem."""

    def written(stages: list[tuple[int, int, int, float, int]], stem: int) -> str:
        depths, widths, strides, ratios, groups = zip(*stages, strict=True)
        net = {
            "block_type": "res_bottleneck_block" if grouped else "res_basic_block",
            "ds": [1, *depths], "ws": [16, *widths], "ss": [stem, *strides],
            "bot_muls": [1.0, *ratios] if grouped else [], "num_gs": [1, *groups] if grouped else [],
        }  # fmt: skip
        return json.dumps(net)

    numbers = (st.integers(1, 3), st.sampled_from([16, 32, 64]), st.sampled_from([1, 2]))
    stage = st.tuples(*numbers, st.sampled_from([0.25, 0.5, 1.0]), st.sampled_from([1, 2, 4]))
    return st.builds(written, st.lists(stage, min_size=1, max_size=3), st.sampled_from([1, 4, 8]))


def _is_macro(text: str) -> bool:
    doubled, halved = (sum(text.count(digit) for digit in digits) for digits in ("24", "34"))
    return 1 <= doubled <= 3 and 1 <= halved <= 4


class TestNotations:
    """Round trip: notation, document, network and document again."""

    @settings(max_examples=4)
    @given(st.text("12", min_size=8, max_size=8))
    def test_nasbench_macro(self, text: str) -> None:
        architecture = notation("nasbench_macro").parse(text)
        assert hash_of(built_and_imported(architecture).architecture) == hash_of(architecture)

    @settings(max_examples=4)
    @given(st.text("1234", min_size=4, max_size=6).filter(_is_macro))
    def test_transnas_macro(self, text: str) -> None:
        architecture = notation("transnas_macro").parse(f"64-{text}-basic")
        assert hash_of(built_and_imported(architecture).architecture) == hash_of(architecture)

    @settings(max_examples=4)
    @given(nds_nets(grouped=False))
    def test_resnets_of_nds(self, text: str) -> None:
        architecture = notation("nds").parse(text)
        assert hash_of(built_and_imported(architecture).architecture) == hash_of(architecture)

    @settings(max_examples=4)
    @given(nds_nets(grouped=True))
    def test_resnexts_of_nds(self, text: str) -> None:
        architecture = notation("nds").parse(text)
        assert hash_of(built_and_imported(architecture).architecture) == hash_of(architecture)

    @pytest.mark.parametrize("name", ["nasbench201", "nasbench101", "darts"])
    def test_cells_count_the_same(self, name: str) -> None:
        architecture = notation(name).parse(notation(name).example)
        assert hash_of(built_and_imported(architecture).architecture) != hash_of(
            architecture
        )  # identities are dropped


def test_shared_weights_count_once_and_unread_ones_not_at_all() -> None:
    network, example = Odd(), torch.zeros(1, 3, 16, 16)
    found = import_module(network, example)
    unread = 8 * 100 + 100 + 7
    assert counted(found)[0] == parameter_count(network) - unread
    assert counted(found)[1] == flops(network.eval(), example) == 16 * 16 * 8 * (27 + 2 * 72) + 80
    report = ImportReport.of(found)
    assert report.unread == unread
    assert any(text.startswith("not read") and "907 parameters" in text for text in report.lines())


@pytest.mark.parametrize(
    "name", ["resnet", "vit of torch", "swin", "shufflenet", "pyramid", "selective kernels"]
)
def test_the_batch_size_does_not_change_the_document(name: str) -> None:
    network, example, one = known(name)
    two = import_module(network, torch.cat([example] * 2))
    assert counted(two) == counted(one)
    assert content(two.architecture) == content(one.architecture)
    assert ImportReport.of(two).to_json() == ImportReport.of(one).to_json()


@pytest.mark.parametrize("name", ["swin", "inception", "nfnet"])
def test_a_report_is_json(name: str) -> None:
    report = ImportReport.of(known(name)[2])
    assert json.loads(json.dumps(report.to_json()))["parameters"] == report.parameters


def test_a_report_lists_losses() -> None:
    averages = ImportReport.of(import_module(nn.Sequential(conv(3, 8), nn.AvgPool2d(3, 1, 1)), (3, 16, 16)))
    assert averages.approximated == {"zero padding that counts in the averages of pooling": 1}
    assert (averages.assumed, averages.described) == ({}, ())
    assert averages.warnings() == (
        "the document leaves out: zero padding that counts in the averages of pooling",
    )
    assert (averages.recognized_parameters, averages.recognized_flops) == (1, 1)
    windows = ImportReport.of(known("swin")[2])
    assert 0.5 < windows.recognized_flops < windows.recognized_parameters < 0.8
    (warning,) = windows.warnings()
    assert "69.5% of the parameters and 61.3% of the FLOPs" in warning
    assert [each.parameters for each in windows.described] == [1186, 1186]
    assert sum(each.flops for each in windows.described) == 2 * 98304
    assert all(each.module.startswith("layers.") for each in windows.described)


def test_a_norm_without_trained_values_is_described() -> None:
    network = nn.Sequential(conv(3, 8), nn.InstanceNorm2d(8), nn.Conv2d(8, 8, 1), Scale(8, 1, 1))
    found = import_module(network, (3, 16, 16))
    assert found.architecture.name == "Sequential"
    assert [each.text for each in ImportReport.of(found).described] == [
        "Instance normalization without scale and shift"
    ]
    assert "scale" in summary(found.architecture)[0]


def test_a_network_of_only_attention_is_imported() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 4, 4), nn.Flatten(2), Turned(OfTorch(8, 2)))
    found = import_module(network, (3, 16, 16))
    assert summary(found.architecture)[0].endswith("self_attention heads=2 ||")
