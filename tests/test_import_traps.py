"""Models of users that once broke the import, each with the correct result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nasport.schemas.errors import InputError
from nasport.toolkit.importing.documents.document import Imported
from nasport.toolkit.importing.reading import import_file, import_module
from nasport.toolkit.importing.report import ImportReport
from nasport.toolkit.importing.space import space_around
from nasport.toolkit.networks import build_network
from tests.import_models import export


class Written(nn.Module):
    """A convolution followed by a function of its output."""

    def __init__(self, function: Any, channels: int = 32) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, channels, 3, padding=1)
        self.last = nn.Conv2d(channels // 2, 8, 1)
        self.function = function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.last(self.function(self.first(x)))
        return y


def of(module: nn.Module, shape: tuple[int, ...] = (3, 8, 8)) -> Imported:
    """Import a module and return its document."""
    return import_module(module.eval(), shape)


def texts(found: Imported) -> list[str]:
    """Return the texts of described operators."""
    return [layer.text for layer in ImportReport.of(found).described]


def test_a_slice_of_split_channels_keeps_its_start() -> None:
    module = Written(lambda x: x.view(-1, 2, 16, 8, 8)[:, 1]).eval()
    found = of(module)
    built = build_network(found.architecture).eval()
    for mine, theirs in zip(built.parameters(), module.parameters(), strict=True):
        mine.data.copy_(theirs.data)
    image = torch.randn(1, 3, 8, 8)
    assert torch.allclose(built(image), module(image).flatten(1), atol=1e-5)


def test_every_second_channel_is_no_slice() -> None:
    assert "A part of the map" in texts(of(Written(lambda x: x.view(-1, 16, 2, 8, 8)[:, :, 1])))


def test_a_softmax_over_some_channels_is_not_imported_as_one_over_all() -> None:
    found = of(Written(lambda x: x.view(-1, 2, 16, 8, 8).softmax(1).sum(1)))
    assert any("softmax over a part of the channels" in text.lower() for text in texts(found))


def test_channels_may_come_last() -> None:
    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Conv2d(3, 8, 3, padding=1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = self.net(x.permute(0, 3, 1, 2))
            return y

    found = of(Last(), (16, 12, 3))
    assert found.architecture.skeleton is not None
    assert dict(found.architecture.skeleton.input) == {"channels": 3, "height": 16, "width": 12}
    assert not texts(found)


def test_a_trained_exponent_counts() -> None:
    class Power(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3, padding=1)
            self.exponent = nn.Parameter(torch.ones(1) * 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.conv(x).clamp(min=1e-6).pow(self.exponent).mean((2, 3))

    found = of(Power())
    assert found.graph.parameters == 3 * 8 * 9 + 8 + 1
    assert not found.graph.unread


def test_squares_and_resized_corners_are_not_lost() -> None:
    assert "Power of 2" in texts(of(Written(lambda x: x[:, :16].relu() ** 2)))
    resized = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
    )
    assert "corner alignment in the resizing of feature maps" in ImportReport.of(of(resized)).approximated


def test_transposed_positions_are_reported_as_approximated() -> None:
    turned = of(Written(lambda x: x[:, :16].transpose(2, 3)))
    assert "a rearrangement of positions" in ImportReport.of(turned).approximated


def test_shared_scales_stay() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3, padding=1)
            self.scale = nn.Parameter(torch.ones(8, 1, 1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (self.conv(x) * self.scale).relu() * self.scale

    found = of(Shared())
    assert found.graph.parameters == 3 * 8 * 9 + 8 + 8
    assert texts(found) == ["Trained values that another layer shares, combined with the map"]


def test_the_output_channels_of_a_segmenter_cannot_vary() -> None:
    segmenter = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 5, 1))
    space = space_around(of(segmenter).architecture)
    assert space["skeleton"]["stages"][-1]["width"] == 5


def test_an_input_that_a_module_does_not_take() -> None:
    with pytest.raises(InputError, match="fails for an input of 1x3x8x8"):
        of(nn.Conv2d(4, 8, 3))
    with pytest.raises(InputError, match=r"expected a shape such as \(3, 224, 224\)"):
        import_module(nn.Conv2d(4, 8, 3), 224)
    assert of(nn.Conv2d(3, 8, 3), (1, 3, 8, 8)).graph.parameters == 224


class TestFiles:
    """The same for .pt2 and ONNX files."""

    def test_an_exported_size_is_not_changed(self, tmp_path: Path) -> None:
        program = torch.export.export(nn.Conv2d(3, 8, 3).eval(), (torch.zeros(1, 3, 8, 8),))
        torch.export.save(program, tmp_path / "net.pt2")
        assert import_file(tmp_path / "net.pt2", (3, 8, 8)).graph.parameters == 224
        with pytest.raises(InputError, match="exported for an input of 3x8x8"):
            import_file(tmp_path / "net.pt2", (3, 16, 16))

    def test_sizes_that_are_left_open_are_those_of_the_example(self, tmp_path: Path) -> None:
        size = torch.export.Dim("size", min=4, max=64)
        batch = torch.export.Dim("batch", min=1, max=64)
        net = nn.Conv2d(3, 8, 3, padding=1).eval()
        shapes = ({0: batch, 2: size},)
        program = torch.export.export(net, (torch.zeros(2, 3, 8, 8),), dynamic_shapes=shapes)
        torch.export.save(program, tmp_path / "net.pt2")
        assert import_file(tmp_path / "net.pt2").graph.flops == 3 * 8 * 9 * 64

    def test_a_class_token_counts_once_whatever_the_batch(self, tmp_path: Path) -> None:
        pytest.importorskip("onnxscript", reason="exporting needs onnxscript")

        class Token(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.patches = nn.Conv2d(3, 16, 4, 4)
                self.token = nn.Parameter(torch.randn(1, 1, 16))
                self.head = nn.Linear(16, 10)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                tokens = self.patches(x).flatten(2).transpose(1, 2)
                tokens = torch.cat((self.token.expand(len(x), -1, -1), tokens), 1)
                y: torch.Tensor = self.head(tokens[:, 0])
                return y

        module = Token().eval()
        expected = sum(parameter.numel() for parameter in module.parameters())
        for dynamo in (True, False):
            path = tmp_path / f"net{dynamo}.onnx"
            export(module, torch.zeros(4, 3, 8, 8), path, dynamo)
            assert import_file(path).graph.parameters == expected
