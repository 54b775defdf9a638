"""A colour for every kind of operator.

Hues from the palette of Okabe and Ito ("Color universal design", 2008), which people with any of the common forms of
colour blindness tell apart; kinds that compute nothing are grey. The operator's name is always written as well, so no
colour carries meaning alone. The terminal colours are of middle brightness, readable on dark and on light ground.
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
class Colour:
    """Fill and border of a box (on white), and the number of a colour among a terminal's 256."""

    fill: str
    border: str
    terminal: int


_GREY = Colour("#eef1f4", "#7b8794", 246)  # identity, none, sum, concat, and what is not listed below
_KINDS = {
    Colour("#dfe4e9", "#3e4c59", 250): ("input", "output"),
    Colour("#d6e8f5", "#0072b2", 33): ("convolution", "block"),
    Colour("#def1fc", "#3a9bd6", 74): ("separable_convolution", "depthwise_convolution"),
    Colour("#e6e1f4", "#6a51a3", 98): ("dilated_convolution", "inverted_residual"),
    Colour("#fdecc8", "#d18f00", 172): ("pooling",),
    Colour("#fbe0d0", "#d55e00", 166): ("linear", "recurrent"),
    Colour("#d5f0e8", "#009e73", 36): ("activation", "mixed"),
    Colour("#faf6c4", "#a89a00", 142): ("normalization",),
    Colour("#f7e1ed", "#b9588f", 169): ("attention", "product", "elementwise", "blend"),
    _GREY: ("identity", "none", "sum", "concat"),
}
_BY_KIND = {kind: colour for colour, kinds_of in _KINDS.items() for kind in kinds_of}
PALE = Colour("#ffffff", "#c3cad2", 242)


def colour_of(kind: str, *, pale: bool = False) -> Colour:
    """The colour of a kind of operator, or of its family; grey for what has none. `mixed` is a supernet's node.

    Args:
        kind: of the operator.
        pale: it carries nothing from an input to an output, whatever its kind.
    """
    if pale:
        return PALE
    known = kinds().get(kind)
    return _BY_KIND.get(kind) or _BY_KIND.get(known.family if known else kind, _GREY)
