"""Expected documents of `import_models`, as short texts."""

from __future__ import annotations

from nasport.schemas.architecture import Architecture, Stage
from nasport.schemas.operators import Attributes, plain

LAYER = [
    "norm 1: layer_norm of input", "attention 1: self_attention of norm 1 heads=4", "sum 1: sum of attention 1, input",
    "norm 2: layer_norm of sum 1", "feed forward 1: feed_forward of norm 2 expansion=4",
    "sum 2: sum of feed forward 1, sum 1", "output: output of sum 2",
]  # fmt: skip
VIT = "patch_embedding 24/8 kernel=8 | class_token | positional_embedding || block 1 24 x2 || layer_norm | first_token"
EXPECTED: dict[str, tuple[str, list[list[str]]]] = {
    "resnet": (
        "conv_7x7 16/2 | max_pool_3x3/2 || res_basic_block 16 x2 | res_basic_block 32/2 x2 || global_avg_pool", [],
    ),
    "regnet": (
        "conv_3x3 16/2 || bottleneck_3x3 32/2 x3 expansion=0.5 groups=4 squeeze=0.25 || global_avg_pool", [],
    ),
    "mobilenet v2": (
        "conv_3x3 16/2 activation=relu6 || mb_3x3_e1 8 | mb_3x3_e6 16/2 x2 | mb_3x3_e6 24/2 || "
        "conv_1x1 64 activation=relu6 | global_avg_pool", [],
    ),
    "mobilenet v3": (
        "conv_3x3 16/2 activation=hardswish || mb_3x3_e1 16 activation=relu | "
        "mb_5x5_e4_se 24/2 activation=relu gate=hardsigmoid squeeze_multiple=8 squeeze_of=expanded | "
        "mb_5x5_e4_se 24 activation=hardswish gate=hardsigmoid squeeze_multiple=8 squeeze_of=expanded || "
        "conv_1x1 96 activation=hardswish | global_avg_pool | linear 64 activation=hardswish", [],
    ),
    "efficientnet v2": (
        "conv_3x3 16/2 activation=silu || fused_mb_3x3_e1 16 x2 | fused_mb_3x3_e4 24/2 x2 | "
        "mb_3x3_e4_se 32/2 x2 activation=silu squeeze_activation=silu || conv_1x1 64 activation=silu | global_avg_pool",
        [],
    ),
    "convnext": (
        "patch_embedding 16/4 kernel=4 | layer_norm || convnext_block 16 x2 | layer_norm | "
        "patch_embedding 32/2 kernel=2 | convnext_block 32 || global_avg_pool | layer_norm", [],
    ),
    "vit of torch": (VIT, [LAYER]),
    "vit of timm": (
        "patch_embedding 24/8 kernel=8 | positional_embedding || block 1 24 x2 || layer_norm | global_avg_pool",
        [LAYER],
    ),
    "written attention": (VIT, [LAYER]),
    "grouped queries": (
        VIT, [[LAYER[0], "attention 1: self_attention of norm 1 bias=0 heads=4 key_value_heads=2", *LAYER[2:]]],
    ),
    "swin": (
        "patch_embedding 16/4 kernel=4 | layer_norm || block 1 16 x2 || layer_norm | global_avg_pool",
        [[LAYER[0], "attention 1: window_attention of norm 1 flops=98304 heads=2 parameters=1186", *LAYER[2:]]],
    ),
    "densenet": (
        "conv_3x3 16/2 || block 1 x3 | batch_norm | relu | conv_1x1 20 activation=none norm=none | avg_pool_2x2/2 | "
        "block 1 x3 || batch_norm | relu | global_avg_pool",
        [[
            "norm 1: batch_norm of input", "activation 1: relu of norm 1", "conv 1: conv_1x1 of activation 1 channels=16",
            "conv 2: conv_3x3 of conv 1 activation=none channels=8 norm=none", "concat 1: concat of input, conv 2",
            "output: output of concat 1",
        ]],
    ),
    "shufflenet": ("conv_3x3 16/2 || shufflenet_v2_unit 32/2 x3 || conv_1x1 64 | global_avg_pool", []),
    "inception": (
        "conv_3x3 16/2 | max_pool_3x3/2 ceil=1 padding=0 || block 1 || max_pool_3x3/2 ceil=1 padding=0 | global_avg_pool",
        [[
            "conv 1: conv_1x1 of input channels=8", "conv 2: conv_1x1 of input channels=6",
            "conv 3: conv_1x7 of conv 2 channels=6", "conv 4: conv_7x1 of conv 3 channels=12",
            "pooling 1: avg_pool_3x3 of input", "conv 5: conv_1x1 of pooling 1 channels=4",
            "concat 1: concat of conv 1, conv 4, conv 5", "output: output of concat 1",
        ]],
    ),
    "vgg": (
        "|| conv_3x3 8 bias=1 norm=none | max_pool_2x2/2 | conv_3x3 16 bias=1 norm=none | max_pool_2x2/2 | "
        "conv_3x3 16 bias=1 norm=none | max_pool_2x2/2 | avg_pool_2x2 resolution=2 || flatten | linear 32 activation=relu",
        [],
    ),
    "unet": (
        "conv_3x3 8 || block 1 || conv_3x3 8 | conv_1x1 2 activation=none bias=1 norm=none",
        [[
            "pooling 1: max_pool_2x2 of input stride=2", "conv 1: conv_3x3 of pooling 1 channels=16",
            "pooling 2: max_pool_2x2 of conv 1 stride=2", "conv 2: conv_3x3 of pooling 2 channels=32",
            "transposed convolution 1: conv_transpose_2x2 of conv 2 activation=none bias=1 channels=16 norm=none padding=0",
            "concat 1: concat of transposed convolution 1, conv 1", "conv 3: conv_3x3 of concat 1 channels=16",
            "transposed convolution 2: conv_transpose_2x2 of conv 3 activation=none bias=1 channels=8 norm=none padding=0",
            "concat 2: concat of transposed convolution 2, input", "output: output of concat 2",
        ]],
    ),
    "hrnet": (
        "conv_3x3 8/2 || block 1 || global_avg_pool",
        [[
            "basic block 1: res_basic_block of input channels=8", "conv 1: conv_3x3 of input channels=16 stride=2",
            "basic block 2: res_basic_block of conv 1 channels=16",
            "conv 2: conv_1x1 of basic block 2 activation=none channels=8", "upsampling 1: upsample_nearest of conv 2",
            "sum 1: sum of basic block 1, upsampling 1", "activation 1: relu of sum 1",
            "conv 3: conv_3x3 of basic block 1 activation=none channels=16 stride=2", "sum 2: sum of basic block 2, conv 3",
            "activation 2: relu of sum 2", "conv 4: conv_3x3 of activation 1 channels=16 stride=2",
            "concat 1: concat of conv 4, activation 2", "output: output of concat 1",
        ]],
    ),
    "pyramid": (
        "conv_3x3 8/2 || block 1 ||",
        [[
            "conv 1: conv_1x1 of input activation=none bias=1 channels=8 norm=none",
            "conv 2: conv_3x3 of input channels=16 stride=2",
            "conv 3: conv_1x1 of conv 2 activation=none bias=1 channels=8 norm=none",
            "conv 4: conv_3x3 of conv 2 channels=32 stride=2",
            "conv 5: conv_1x1 of conv 4 activation=none bias=1 channels=8 norm=none",
            "conv 6: conv_3x3 of conv 5 activation=none bias=1 channels=8 norm=none",
            "upsampling 1: upsample_nearest of conv 5", "sum 1: sum of conv 3, upsampling 1",
            "conv 7: conv_3x3 of sum 1 activation=none bias=1 channels=8 norm=none",
            "upsampling 2: upsample_nearest of sum 1", "sum 2: sum of conv 1, upsampling 2",
            "conv 8: conv_3x3 of sum 2 activation=none bias=1 channels=8 norm=none",
            "output 1: output of conv 8", "output 2: output of conv 7", "output 3: output of conv 6",
        ]],
    ),
    "preactivated": (
        "conv_3x3 16 activation=none norm=none || block 1 x2 || batch_norm | relu | global_avg_pool",
        [[
            "norm 1: batch_norm of input", "activation 1: relu of norm 1", "conv 1: conv_3x3 of activation 1 channels=16",
            "conv 2: conv_3x3 of conv 1 activation=none channels=16 norm=none", "sum 1: sum of conv 2, input",
            "output: output of sum 1",
        ]],
    ),
}  # fmt: skip


def stated(attributes: Attributes) -> str:
    return "".join(f" {name}={plain(value)}" for name, value in attributes)


def line(stage: Stage) -> str:
    """Return a stage as a short text, e.g. `conv_3x3 16/2 x3`."""
    width = f" {stage.width}" if stage.width else ""
    stride = f"/{stage.stride}" if stage.stride > 1 else ""
    repeats = f" x{stage.repeats}" if stage.repeats > 1 else ""
    return f"{stage.cell or stage.op}{width}{stride}{repeats}{stated(stage.attributes)}"


def summary(architecture: Architecture) -> tuple[str, list[list[str]]]:
    """Return stem, stages and head, separated by `||`, and the nodes of each cell except its input."""
    skeleton = architecture.skeleton
    assert skeleton is not None
    parts = (skeleton.stem, skeleton.stages, skeleton.head)
    cells = [
        [
            f"{node.id}: {node.op} of {', '.join(node.inputs)}{stated(node.attributes)}"
            for node in cell.nodes[1:]
        ]
        for cell in architecture.cells.values()
    ]
    return " || ".join(" | ".join(map(line, part)) for part in parts).strip(), cells
