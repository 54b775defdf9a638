"""Write a scene as a PNG file: resvg renders its SVG with the font of a package, so that all machines draw the same text.

The extra `draw` installs both packages.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from nasport.runtime.installation import pip_install
from nasport.schemas import InputError
from nasport.schemas.writing import write_atomically
from nasport.toolkit.drawing.colors import GROUND
from nasport.toolkit.drawing.shapes import Scene
from nasport.toolkit.drawing.svg import svg_text

MAX_PIXELS = 16_000_000
_MAX_SIDE = 60_000
_MAX_SMOOTH = 4_000  # larger scenes are drawn without anti-aliasing and dashes, which take most of the time


def write_png(scene: Scene, path: Path, *, scale: float) -> None:
    """Write a scene as a PNG file atomically.

    Args:
        scene: shapes to draw.
        path: file to write.
        scale: pixels of the image per pixel of the scene; reduced if the image would exceed 16 million pixels.

    Raises:
        InputError: a package of the extra `draw` is missing, `scale` is not positive, or the file cannot be written.
    """
    if not scale > 0:
        raise InputError(f"the scale is {scale}, expected a positive number")
    try:
        from resvg_py import svg_to_bytes

        fonts = files("font_source_sans_pro") / "files"
    except ImportError as error:
        message = (
            f"cannot draw a PNG file: {error.name} is not installed, expected the extra 'draw': "
            f"{pip_install('draw')} (SVG files need no extra)"
        )
        raise InputError(message) from error
    longest, area = max(scene.width, scene.height), scene.width * scene.height
    zoom = min(scale, (MAX_PIXELS / area) ** 0.5, _MAX_SIDE / longest)
    smooth = len(scene.shapes) <= _MAX_SMOOTH
    # Without anti-aliasing, lines thinner than a pixel would have gaps.
    coarse = f"* {{ stroke-dasharray: none; stroke-width: {max(1.5, 1.2 / zoom)} }}"
    image = svg_to_bytes(
        svg_string=svg_text(scene, ""),
        zoom=zoom,
        background=GROUND,
        skip_system_fonts=True,
        font_files=[str(fonts / f"SourceSansPro-{weight}.ttf") for weight in ("Regular", "Semibold")],
        sans_serif_family="Source Sans Pro",
        shape_rendering="geometric_precision" if smooth else "optimize_speed",
        style_sheet=None if smooth else coarse,
    )
    try:
        write_atomically(path, image)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=str(path)) from error
