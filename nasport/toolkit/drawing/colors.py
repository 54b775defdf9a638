"""A color for every kind of operator.

Hues from the palette of Okabe and Ito ("Color universal design", 2008), which people with any of the common forms of
color blindness tell apart; kinds that compute nothing are gray. The operator's name is always written as well, so no
color carries meaning alone. The terminal colors are of middle brightness, readable on dark and on light ground.
"""

from __future__ import annotations

from dataclasses import dataclass

from nasport.schemas.operators import kinds

INK = "#1f2933"
MUTED = "#66727f"
LINE = "#52606d"
PALE_LINE = "#c3cad2"
PALE_INK = "#98a2ad"
FRAME = "#e4e8ec"
GROUND = "#ffffff"
PANEL = "#fafbfc"


@dataclass(frozen=True)
class Color:
    """Fill and border of a box (on white), and the number of a color among a terminal's 256."""

    fill: str
    border: str
    terminal: int


_GRAY = Color("#eef1f4", "#7b8794", 246)  # identity, none, sum, concat, and what is not listed below
_KINDS = {
    Color("#dfe4e9", "#3e4c59", 250): ("input", "output"),
    Color("#d6e8f5", "#0072b2", 33): ("convolution", "block"),
    Color("#def1fc", "#3a9bd6", 74): ("separable_convolution", "depthwise_convolution"),
    Color("#e6e1f4", "#6a51a3", 98): ("dilated_convolution", "inverted_residual"),
    Color("#fdecc8", "#d18f00", 172): ("pooling",),
    Color("#fbe0d0", "#d55e00", 166): ("linear", "recurrent"),
    Color("#d5f0e8", "#009e73", 36): ("activation", "mixed"),
    Color("#faf6c4", "#a89a00", 142): ("normalization",),
    Color("#f7e1ed", "#b9588f", 169): ("attention", "product", "elementwise", "blend"),
    _GRAY: ("identity", "none", "sum", "concat"),
}
_BY_KIND = {kind: color for color, kinds_of in _KINDS.items() for kind in kinds_of}
PALE = Color("#ffffff", "#c3cad2", 242)


def color_of(kind: str, *, pale: bool = False) -> Color:
    """The color of a kind of operator, or of its family; gray for what has none. `mixed` is a supernet's node.

    Args:
        kind: of the operator.
        pale: it carries nothing from an input to an output, whatever its kind.
    """
    if pale:
        return PALE
    known = kinds().get(kind)
    return _BY_KIND.get(kind) or _BY_KIND.get(known.family if known else kind, _GRAY)
