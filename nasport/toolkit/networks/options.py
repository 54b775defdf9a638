"""How a network is built from a document, where the document leaves it open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkOptions:
    """Choices that are not the architecture's.

    The defaults give the networks that the benchmarks trained and counted.

    Attributes:
        affine: whether batch normalisations have a scale and a shift.
        running_statistics: whether batch normalisations keep statistics for evaluation; without them they use the
            batch's own in evaluation too.
        convolution_bias: whether convolutions before a batch normalisation have a bias.
        dead_nodes: whether nodes on no path from a cell's input to its output are built and computed. Without them the
            output is the same at the start; what a normalisation learns to add to zeros is lost.
        classifier: whether there is a last linear layer.
        beyond_cells: whether the first three hold for the stem, the layers between cells and the head too. Without it
            they hold in cells alone, as in NAS-Bench-201's networks for searching.
        last_activation: whether a residual block that ends the body ends with its ReLU.
    """

    affine: bool = True
    running_statistics: bool = True
    convolution_bias: bool = False
    dead_nodes: bool = True
    classifier: bool = True
    beyond_cells: bool = True
    last_activation: bool = True
