"""Values of each proxy on cases that can be computed by hand, and on networks of every kind."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")

from torch import Tensor, nn  # noqa: E402

from nasport.runtime.costs import costs  # noqa: E402
from nasport.runtime.operators.quantities import Shape  # noqa: E402
from nasport.schemas import InputError  # noqa: E402
from nasport.toolkit.networks.image import ImageNetwork  # noqa: E402
from nasport.toolkit.notations import notation  # noqa: E402
from nasport.toolkit.proxies import (  # noqa: E402
    activations,
    altered_networks,
    blocks,
    evaluating,
    fisher_spectrum,
    input_gradients,
    weight_gradients,
)
from nasport.toolkit.proxies.catalog import CATALOG  # noqa: E402
from nasport.toolkit.proxies.evaluating import Evaluator, ProxyPlan  # noqa: E402
from nasport.toolkit.proxies.network_start import NetworkStart, fitted_shape, network_input, network_start  # noqa: E402
from nasport.toolkit.proxies.passes import Passes  # noqa: E402
from nasport.toolkit.proxies.proxy_values import EVERYTHING, ProxyValues  # noqa: E402
from tests.gennas_runs import sampled  # noqa: E402

IMAGES = np.random.default_rng(0).normal(size=(16, 3, 32, 32)).astype(np.float32)
TINY = ProxyPlan(images=IMAGES, batch_size=8, depth=0.2, width=0.25, largest_image=32)


def evaluated(space: str, **changes: object) -> ProxyValues:
    return Evaluator(replace(TINY, **changes))(sampled(space, 1))  # type: ignore[arg-type]


def start(space: str = "nasbench201", seed: int = 0) -> NetworkStart:
    return network_start(sampled(space, seed), torch.from_numpy(IMAGES), 8, 0, depth=0.2, width=0.25)


def chain(*layers: nn.Module, images: Tensor) -> NetworkStart:
    """Return a network of these layers, which need no pooling."""
    network = ImageNetwork(
        [], layers, [], None, [False] * len(layers), [len(layers) - 1], [Shape(1, 1, 1)] * 9
    )
    labels = torch.arange(len(images)) % 2
    return NetworkStart(network, images, labels, images.flip(3), labels, 0)


# Formulas


def test_naswot_counts_equal_activation_patterns() -> None:
    signs = [torch.tensor([[True, True, False], [True, False, False]]), torch.tensor([[True], [False]])]
    assert activations.kernel_log_determinant(signs) == pytest.approx(math.log(4 * 4 - 2 * 2))


@pytest.mark.parametrize("batch", [3, 70])
def test_swap_counts_different_patterns(batch: int) -> None:
    signs = torch.rand(batch, 500, generator=torch.Generator().manual_seed(0)) > 0.3
    layers = [signs[:, :200], signs[:, 200:]]
    assert activations.distinct_patterns(layers) == len(torch.unique(signs.T, dim=0))


def test_signs_are_taken_before_rectifiers_even_in_place() -> None:
    x = torch.tensor([[-1.0, 2.0], [3.0, -4.0]])
    with activations.ActivationPatterns() as patterns:
        nn.ReLU(inplace=True)(x)
        nn.Hardswish()(x - 2.5)
        torch.sigmoid(x)
    expected = [[[False, True], [True, False]], [[False, False], [True, False]]]
    assert [signs.tolist() for signs in patterns.signs] == expected


def test_jacov_of_orthogonal_and_of_equal_gradients() -> None:
    apart = torch.tensor([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
    assert input_gradients.jacov(apart) == pytest.approx(-2 * (math.log(1 + 1e-5) + 1 / (1 + 1e-5)))
    assert input_gradients.jacov_logdet(apart) == pytest.approx(0, abs=1e-9)
    half = torch.tensor([[1.0, -1.0, 0.0], [1.0, 0.0, -1.0]])  # correlated by 1/2
    assert input_gradients.jacov_logdet(half) == pytest.approx(math.log(1 - 1 / 4))
    with pytest.raises(ArithmeticError, match="does not depend"):
        input_gradients.jacov(torch.ones(2, 3))


def test_epe_nas_compares_within_classes() -> None:
    rows = torch.tensor([[1.0, -1.0, 0.0], [1.0, 0.0, -1.0], [0.0, 2.0, -2.0]])
    labels = torch.tensor([3, 13, 4])
    one, half = math.log(1 + 1e-5), math.log(0.5 + 1e-5)
    expected = (abs(2 * one + 2 * half) + abs(one)) / 2
    assert input_gradients.epe_nas(rows, labels) == pytest.approx(expected)


def test_sums_over_weights_and_gradients() -> None:
    weights = [torch.tensor([3.0, -4.0]), torch.tensor([2.0])]
    gradients = [torch.tensor([1.0, 2.0]), torch.tensor([-1.0])]
    assert weight_gradients.l2_norm(weights) == pytest.approx(7)
    assert weight_gradients.grad_norm(gradients) == pytest.approx(math.sqrt(5) + 1)
    assert weight_gradients.snip(weights, gradients) == pytest.approx(3 + 8 + 2)
    assert weight_gradients.plain(weights, gradients) == pytest.approx(3 - 8 - 2)


def test_zico_of_two_batches() -> None:
    one = [torch.tensor([1.0, 5.0]), torch.tensor([2.0])]
    other = [torch.tensor([3.0, 5.0]), torch.tensor([2.0])]
    # (1, 3) has mean 2 and deviation 1. Constant gradients are excluded, and so are layers with only constant gradients.
    assert weight_gradients.zico(one, other) == pytest.approx(math.log(2))


def test_grasp_of_a_quadratic_loss() -> None:
    weight = torch.tensor([1.0, 2.0], requires_grad=True)
    curvature = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
    (gradient,) = torch.autograd.grad(weight @ curvature @ weight / 2, weight, create_graph=True)
    w, g = weight.detach(), gradient.detach()
    assert weight_gradients.grasp([weight], [gradient]) == pytest.approx(float(-w @ curvature @ g))


def test_fisher_of_channels() -> None:
    watched, output = weight_gradients.ActivationGradients(), torch.ones(2, 2, 1, 2, requires_grad=True) * 3
    watched.watch(output)
    loss = (output * torch.tensor([1.0, 2.0])[None, :, None, None]).sum()
    loss.backward(retain_graph=True)
    assert watched.total == 0
    watched.counting = True
    loss.backward()
    assert watched.total == pytest.approx(((3 * 2) ** 2 + (6 * 2) ** 2) / 2)


def test_entropy_of_features() -> None:
    features = torch.zeros(4, 2, 1, 1)
    features[:, 0, 0, 0] = torch.tensor([1.0, -1.0, 0.0, 0.0])
    features[:, 1, 0, 0] = torch.tensor([0.0, 0.0, 1.0, -1.0])
    assert blocks.entropies([features]) == pytest.approx([math.log(2)], abs=1e-6)
    wide = torch.randn(
        2, 5, 1, 2, generator=torch.Generator().manual_seed(0)
    )  # fewer positions than channels
    rows = wide.permute(0, 2, 3, 1).reshape(4, 5)
    spectrum = torch.linalg.svdvals(rows - rows.mean(0)) ** 2
    shares = spectrum / spectrum.sum()
    expected = float(-(shares * shares.log()).nan_to_num().sum())
    assert blocks.entropies([wide]) == pytest.approx([expected], abs=1e-5)
    assert blocks.expressivity([1.0, 3.0, 2.5]) == 6.5
    assert blocks.progressivity([1.0, 3.0, 2.5]) == -0.5


def test_trainability_of_blocks_that_scale() -> None:
    first = torch.randn(64, 1, 8, 8, generator=torch.Generator().manual_seed(0)).requires_grad_()
    second = first * 2
    found = blocks.trainability([first, second], torch.Generator().manual_seed(0))
    assert found == pytest.approx(2 - 2 - 1 / 2)
    pooled = nn.functional.avg_pool2d(second, 2)  # each of the four pixels gets a quarter of the gradient
    found = blocks.trainability([second, pooled], torch.Generator().manual_seed(0))
    assert found == pytest.approx(2 - 1 / 2 - 2, abs=1e-5)
    with pytest.raises(ArithmeticError, match="gradients through unchanged"):
        blocks.trainability([first, first + 1], torch.Generator().manual_seed(0))


def test_synflow_of_two_layers() -> None:
    layers = nn.Conv2d(1, 1, 1), nn.Conv2d(1, 1, 1, bias=False)
    chained = chain(layers[0], nn.BatchNorm2d(1), layers[1], images=torch.ones(2, 1, 1, 1))
    with torch.no_grad():
        for layer, weight in zip(layers, (-2.0, 3.0), strict=True):
            layer.weight.fill_(weight)
        layers[0].bias.fill_(-1.0)  # type: ignore[union-attr]
    # |2| x |3| through the first weight, (2 + 1) x 3 through the second.
    assert altered_networks.log_synflow(chained) == pytest.approx(math.log(6 + 9))
    assert [float(layer.weight.detach()) for layer in layers] == [-2, 3]
    assert layers[0].weight.dtype == torch.float32


def test_zen_of_a_linear_network() -> None:
    """In a layer without rectifier, noise changes the output in proportion, independent of the normalization."""
    images = torch.ones(2, 1, 4, 4)
    plain = chain(nn.Conv2d(1, 1, 1, bias=False), images=images)
    normalized = chain(nn.Conv2d(1, 1, 1, bias=False), nn.BatchNorm2d(1, momentum=1.0), images=images)
    weight = abs(float(torch.randn(1, 1, 1, 1, generator=plain.generator())))
    distance = math.sqrt(2 / math.pi) * 16 * weight * 1e-2
    assert altered_networks.zen(plain) == pytest.approx(math.log(distance), abs=0.2)
    assert altered_networks.zen(normalized) == pytest.approx(altered_networks.zen(plain), abs=0.02)


def test_fisher_information_uses_the_first_parameter_of_each_tensor() -> None:
    """Compare with gradients of the log-probability of each class, image by image."""
    layers = nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.Conv2d(4, 3, 2)
    images = torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    chained = chain(*layers, images=images)
    chained.network(images)
    rows = fisher_spectrum.parameter_gradients(chained)
    chained.network.eval()
    parameters = [parameter for layer in layers for parameter in (layer.weight, layer.bias)]
    expected = torch.zeros(6, 6)
    for image in images:
        logits = chained.network(image[None])[0]
        shares = logits.detach().softmax(0) * 0.95 + 0.05 / 3
        jacobian = torch.stack(
            [
                torch.stack([g.flatten()[0] for g in torch.autograd.grad(y, parameters, retain_graph=True)])
                for y in logits
            ]
        )
        expected += jacobian.T @ (shares.diag() - torch.outer(shares, shares)) @ jacobian
    torch.testing.assert_close(rows.T @ rows, expected, rtol=1e-4, atol=1e-6)


def test_more_classes_are_probed_at_random() -> None:
    directions = list(fisher_spectrum._directions(1000, torch.Generator().manual_seed(0)))
    assert len(directions) == 10
    assert sum(float(d.square().mean()) for d in directions) == pytest.approx(1, abs=0.1)


# Networks


def test_the_catalog_contains_every_proxy() -> None:
    assert {*evaluating._COUNTS, *evaluating._NETWORK} == set(CATALOG)


@pytest.mark.parametrize(
    "space",
    ["nasbench201", "nasbench101", "nds_darts", "nasbench_macro", "accel_nasbench", "autoformer", "ofa_mbv3"],
)
def test_networks_of_every_kind_have_values(space: str) -> None:
    found = evaluated(space)
    assert not found.failed
    assert all(value is not None and math.isfinite(value) for value in found.values.values())
    assert found.seconds


def test_counts_are_those_of_the_document() -> None:
    found, cost = (
        evaluated("nasbench201", only=("parameters", "flops", "az_complexity")),
        costs(sampled("nasbench201", 1)),
    )
    assert cost is not None
    assert found.values == {
        "parameters": cost.parameters,
        "flops": cost.flops,
        "az_complexity": cost.flops,
    }


def test_values_do_not_depend_on_the_other_requested_proxies() -> None:
    together = evaluated("nasbench201")
    for name in CATALOG:
        alone = evaluated("nasbench201", only=(name,))
        assert dict(alone.values) == {name: together.values[name]}
    assert evaluated("nasbench201").values == together.values
    assert evaluated("nasbench201", seed=1).values["nwot"] != together.values["nwot"]


def test_values_equal_those_of_plain_torch() -> None:
    fast, plain = evaluated("nasbench201"), evaluated("nasbench201", accelerated=False)
    names = set(CATALOG) - {"plain"}  # a sum of terms that nearly cancel
    assert {name: fast.values[name] for name in names} == pytest.approx(
        {name: plain.values[name] for name in names}, rel=0.01
    )


def test_the_random_state_of_torch_is_restored() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    evaluated("nasbench201")
    assert torch.equal(torch.rand(3), expected)


def test_gradients_equal_those_of_the_loss() -> None:
    begun = start()
    passes = Passes(begun, CATALOG)
    logits = begun.network(begun.images)
    assert passes.logits.shape == logits.shape
    loss = nn.functional.cross_entropy(logits, begun.labels)
    expected = torch.autograd.grad(loss, begun.weights())
    for found, right in zip(passes.weight_gradients, expected, strict=True):
        torch.testing.assert_close(found, right, rtol=1e-4, atol=1e-6)
    assert len(begun.weights()) == len(expected)


# Errors


def test_a_diverging_proxy_has_a_reason_and_the_others_have_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> float:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setitem(evaluating._NETWORK, "jacov", broken)
    monkeypatch.setitem(evaluating._NETWORK, "zen", lambda _: math.inf)
    monkeypatch.setitem(evaluating._NETWORK, "snip", lambda _: [][0])
    found = evaluated("nasbench201")
    assert found.failed["jacov"] == "a mistake of ours"
    assert found.failed["zen"] == "diverged: inf"
    assert found.failed["snip"].startswith("unexpected IndexError")
    assert found.unexpected
    assert (
        {name for name, value in found.values.items() if value is None}
        == {"jacov", "zen", "snip"}
        == set(found.failed)
    )


def test_a_failed_pass_fails_dependent_proxies_and_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def forward(self: ImageNetwork, images: Tensor) -> Tensor:
        tries.append(len(images))
        raise InputError("maps that do not fit")

    monkeypatch.setattr(ImageNetwork, "forward", forward)
    found = evaluated("nasbench201", only=("l2_norm", "nwot", "swap", "jacov", "grad_norm"))
    assert [name for name, value in found.values.items() if value is None] == [
        "nwot",
        "swap",
        "jacov",
        "grad_norm",
    ]
    assert set(found.failed.values()) == {"maps that do not fit"}
    assert tries == [8]


def test_divergence_is_reported_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = ImageNetwork.forward
    monkeypatch.setattr(ImageNetwork, "forward", lambda self, images: forward(self, images * math.nan))
    found = evaluated("nasbench201", only=("l2_norm", "nwot", "jacov", "snip", "az_expressivity"))
    assert [name for name, value in found.values.items() if value is not None] == ["l2_norm"]
    assert all(why.startswith("diverged: ") for why in found.failed.values())
    with pytest.raises(ArithmeticError, match="diverged"):
        input_gradients.jacov(torch.full((2, 3), math.nan))


def test_a_cell_without_a_path_has_counts_and_reasons() -> None:
    cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    found = Evaluator(TINY)(notation("nasbench201").parse(cell))
    assert not found.unexpected
    assert {name for name, value in found.values.items() if value is None} == set(found.failed)
    assert found.failed["nwot"] == "two images have the same activation pattern"
    assert found.failed["jacov"] == found.failed["vkdnw"] == "the output does not depend on the input"
    assert found.failed["az_expressivity"] == "a block's features do not vary"
    assert (found.values["grad_norm"], found.values["swap"]) == (0, 1)


def test_a_recurrent_network_keeps_its_counts() -> None:
    found = evaluated("nasbench_nlp")
    assert set(found.failed) == {EVERYTHING}
    assert "a recurrent network" in found.failed[EVERYTHING]
    assert found.values["parameters"]
    assert found.values["nwot"] is None


def test_a_network_without_rectifiers_has_no_patterns() -> None:
    found = Evaluator(
        replace(TINY, only=("nwot", "l2_norm"))
    )(
        replace(
            sampled("nasbench201"),
            cells={},
            skeleton=replace(
                sampled("nasbench201").skeleton,  # type: ignore[type-var]
                stages=(),
                head=sampled("nasbench201").skeleton.head[-1:],  # type: ignore[union-attr]
            ),
        )
    )
    assert found.values["nwot"] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"only": ("nwto",)}, "did you mean 'nwot'"),
        ({"batch_size": 1}, "batch_size is 1"),
        ({"batch_size": 17}, "16 images, expected at least a batch of 17"),
        ({"depth": 0.0}, "depth is 0"),
        ({"width": math.inf}, "width is inf"),
        ({"largest_image": 0}, "largest_image is 0"),
        ({"images": IMAGES[0]}, "expected float32"),
    ],
)
def test_inconsistent_plans_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(TINY, **changes)  # type: ignore[arg-type]


# Images


def test_images_keep_the_documents_size_up_to_a_limit() -> None:
    assert fitted_shape((3, 32, 32), 64) == (3, 32, 32)
    assert fitted_shape((3, 224, 112), 64) == (3, 64, 32)
    images = torch.from_numpy(IMAGES)
    assert torch.equal(network_input(images, (3, 32, 32)), images)
    small = network_input(images, (4, 16, 8))
    assert small.shape == (16, 4, 16, 8)
    assert torch.equal(small[:, 3], small[:, 0])


def test_the_second_batch_has_other_images() -> None:
    begun = start()
    assert not torch.equal(begun.images, begun.second_images)
    assert not torch.equal(begun.images, begun.second_images.flip(3))
    assert sorted(begun.labels.tolist()) != begun.labels.tolist()
