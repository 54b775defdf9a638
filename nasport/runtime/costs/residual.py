"""Cost of the blocks of the NDS ResNet, ResNeXt and Vanilla spaces, by their canonical description."""

from __future__ import annotations

from nasport.runtime.costs.blocks import BlockCost

RESIDUAL_BLOCKS: dict[str, BlockCost] = {}
