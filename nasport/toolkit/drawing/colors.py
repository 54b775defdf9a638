"""Colors of operators by kind.

The hues follow the palette of Okabe and Ito ("Color universal design", 2008), which people with the common forms of
color blindness can distinguish. Kinds that compute nothing are gray. The drawings always show the operator's name too,
so colors are never the only information. The terminal colors are readable on dark and light backgrounds.
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
    """Fill and border of a box on a white background, and the number of one of a terminal's 256 colors."""

    fill: str
    border: str
    terminal: int


# The color of identity, none, sum, concat, and all kinds that are not listed below.
_GRAY = Color("#eef1f4", "#7b8794", 246)
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
_BY_KIND = {kind: color for color, members in _KINDS.items() for kind in members}
PALE = Color("#ffffff", "#c3cad2", 242)


def color_of(kind: str, *, pale: bool = False) -> Color:
    """Return the color of a kind of operator or of its family; gray if neither has one.

    Args:
        kind: kind of the operator, or `mixed` for a node of a supernet.
        pale: return the color of unreachable nodes instead.
    """
    if pale:
        return PALE
    known = kinds().get(kind)
    return _BY_KIND.get(kind) or _BY_KIND.get(known.family if known else kind, _GRAY)
