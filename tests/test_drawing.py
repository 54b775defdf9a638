"""Pictures of architectures: their content, their lines, and escaping of hostile names."""

from __future__ import annotations

import random
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import Architecture, InputError, architecture_from_json
from nasport.toolkit.drawing import to_png, to_svg, to_text
from nasport.toolkit.drawing.cell_scene import draw_panel
from nasport.toolkit.drawing.content import panels
from nasport.toolkit.drawing.layout import MAX_BENDS, arrange
from nasport.toolkit.drawing.shapes import Rectangle, Stroke

SVG = "{http://www.w3.org/2000/svg}"


def document(cells: dict[str, Any], **rest: Any) -> Architecture:
    return architecture_from_json({"format": "nasport-architecture", "version": 1, "cells": cells, **rest})


def node(name: str, op: str, *inputs: str, **rest: Any) -> dict[str, Any]:
    return {"id": name, "op": op, "inputs": list(inputs), **rest}


def nasbench201() -> Architecture:
    """A cell whose edge 1->2 leads only to 2->3, which is `none`."""
    nodes = [
        node("in", "input"),
        node("0->1", "nor_conv_3x3", "in"),
        node("0->2", "nor_conv_1x1", "in"),
        node("1->2", "avg_pool_3x3", "0->1"),
        node("0->3", "skip_connect", "in"),
        node("1->3", "max_pool_3x3", "0->1"),
        node("2->3", "none", "0->2", "1->2"),
        node("out", "output", "0->3", "1->3", "2->3"),
    ]
    stages = [{"cell": "cell", "repeats": 5, "width": 16}, {"op": "nasbench201_reduction", "stride": 2}]
    skeleton = {"input": {"channels": 3, "height": 32, "width": 32}, "stages": stages, "classes": 10}
    return document({"cell": {"nodes": nodes}}, name="a cell", space="nasbench201", skeleton=skeleton)


def darts_like() -> dict[str, Any]:
    """The cells of DARTS_V2 (Liu et al. 2019, figure 4)."""
    normal = "sep_conv_3x3 0 sep_conv_3x3 1 sep_conv_3x3 0 sep_conv_3x3 1 sep_conv_3x3 1 skip_connect 0 skip_connect 0 dil_conv_3x3 2"
    reduction = "max_pool_3x3 0 max_pool_3x3 1 skip_connect 2 max_pool_3x3 1 max_pool_3x3 0 skip_connect 2 skip_connect 2 max_pool_3x3 1"
    return {
        "normal": {"channels": "stack", "nodes": darts_nodes(normal)},
        "reduction": {"channels": "stack", "role": "reduction", "nodes": darts_nodes(reduction)},
    }


def darts_nodes(genotype: str) -> list[dict[str, Any]]:
    words = genotype.split()
    nodes = [node("0", "input", role="c_{k-2}"), node("1", "input", role="c_{k-1}")]
    for at in range(0, len(words), 4):
        state = at // 4 + 2
        nodes.append(node(f"{state}a", words[at], words[at + 1]))
        nodes.append(node(f"{state}b", words[at + 2], words[at + 3]))
        nodes.append(node(str(state), "sum", f"{state}a", f"{state}b"))
    return [*nodes, node("out", "output", "2", "3", "4", "5", join="concat")]


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def dashed_boxes(svg: str) -> list[str]:
    """Return the tooltips of the pale boxes."""
    boxes = ET.fromstring(svg).iter(f"{SVG}rect")
    return [box[0].text or "" for box in boxes if "stroke-dasharray" in box.attrib and len(box)]


def test_svg_names_operators_stages_and_meanings() -> None:
    shown = texts(to_svg(nasbench201()))
    for text in (
        "a cell",
        "nor_conv_3x3",
        "cell \N{MULTIPLICATION SIGN}5",
        "width 16",
        "3\N{MULTIPLICATION SIGN}32\N{MULTIPLICATION SIGN}32",
        "10 classes",
        "Average pooling 3 by 3",
    ):
        assert text in shown


def test_unreachable_nodes_are_pale() -> None:
    pale = dashed_boxes(to_svg(nasbench201()))
    assert [text.split(":")[0] for text in pale] == ["0->2", "1->2", "2->3"]


def test_canonical_shows_the_scored_graph() -> None:
    svg = to_svg(nasbench201(), canonical=True)
    assert not dashed_boxes(svg)
    boxes = [box for box in ET.fromstring(svg).iter(f"{SVG}rect") if len(box)]
    assert len(boxes) == 5  # input, 0->1, 0->3, 1->3, output


def test_two_cells_are_side_by_side_and_joins_are_marked() -> None:
    svg = to_svg(document(darts_like()))
    assert texts(svg).count("concat inputs") == 2
    titles = {
        e.text: e.attrib for e in ET.fromstring(svg).iter(f"{SVG}text") if e.text in ("normal", "reduction")
    }
    assert titles["normal"]["y"] == titles["reduction"]["y"]


def test_supernet_lists_its_candidates() -> None:
    nodes = [
        node("in", "input"),
        {"id": "m", "candidates": ["relu", "none"], "inputs": ["in"]},
        node("o", "output", "m"),
    ]
    architecture = document({"c": {"nodes": nodes}})
    svg = to_svg(architecture)
    assert {"mean of 2", "relu", "none"} <= set(texts(svg))
    assert not dashed_boxes(svg)
    assert "mean of 2" in to_text(architecture, width=80)


def test_ports_of_ordered_operators_are_numbered() -> None:
    nodes = [node("a", "input"), node("b", "input"), node("d", "sub", "b", "a"), node("o", "output", "d")]
    panel = panels(document({"c": {"nodes": nodes}}))[0]
    assert {(link.source, link.note) for link in panel.links if link.target == 2} == {(1, "1"), (0, "2")}


def test_a_document_without_cells_shows_its_stages() -> None:
    stages = [{"op": "mb_3x3_e3", "width": 32}, {"op": "identity"}]
    architecture = document({}, skeleton={"stages": stages})
    shown = texts(to_svg(architecture))
    assert shown.index("mb_3x3_e3") < shown.index("identity")
    assert "mb_3x3_e3" in to_text(architecture, width=80)


HOSTILE = "<b>&\"'\x00\x1b[31m\ud800\u202e]]>"


def test_hostile_names_are_escaped() -> None:
    nodes = [node("in", "input", role=HOSTILE), node(HOSTILE, HOSTILE, "in"), node("out", "output", HOSTILE)]
    architecture = document(
        {HOSTILE: {"role": HOSTILE, "nodes": nodes}},
        name=HOSTILE,
        space=HOSTILE,
        operators={HOSTILE: {"text": HOSTILE}},
        skeleton={"stages": [{"cell": HOSTILE}, {"op": HOSTILE}]},
    )
    for canonical in (False, True):
        svg = to_svg(architecture, canonical=canonical)
        root = ET.fromstring(svg.encode("utf-8"))
        assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
            "svg",
            "title",
            "rect",
            "text",
            "path",
            "polygon",
        }
        for width in (200, 20):
            text = to_text(architecture, width=width, canonical=canonical)
            assert all(c.isprintable() or c == "\n" for c in text)
            assert to_text(architecture, width=width, unicode=False, canonical=canonical).isascii()


@st.composite
def dags(draw: st.DrawFn, most: int = 12) -> tuple[int, list[tuple[int, int]]]:
    """Nodes 0 to n-1 with edges from lower to higher ones; node 0 has no inputs, node n-1 no outputs."""
    count = draw(st.integers(3, most))
    pairs = [(u, v) for v in range(1, count) for u in range(min(v, count - 1))]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=2 * count, unique=True))
    return count, chosen


@given(dags(), st.sampled_from([None, 1, 2, 3]))
def test_arrangement(graph: tuple[int, list[tuple[int, int]]], most: int | None) -> None:
    count, edges = graph
    widths = [20.0 + 7 * (v % 3) for v in range(count)]
    found = arrange(widths, edges, first={0}, last={count - 1}, gap=10, bend_width=4, max_per_layer=most)
    assert found == arrange(
        widths, edges, first={0}, last={count - 1}, gap=10, bend_width=4, max_per_layer=most
    )
    layer = {v: at for at, members in enumerate(found.layers) for v in members}
    assert sorted(layer) == list(range(len(found.x)))
    assert all(layer[lower] == layer[upper] + 1 for upper, lower in found.wires)
    assert all(layer[u] < layer[v] for u, v in edges)
    reached = {(found.owner[upper], lower) for upper, lower in found.wires if lower < count}
    assert reached == set(edges)
    for members in found.layers:
        sizes = {v: widths[v] if v < count else 4.0 for v in members}
        for a, b in pairwise(members):
            assert found.x[b] - found.x[a] >= (sizes[a] + sizes[b]) / 2 + 10 - 1e-6
        if most is not None:
            assert sum(0 < v < count - 1 for v in members) <= most


def numbered(count: int, edges: list[tuple[int, int]]) -> Architecture:
    """Return a cell whose operators are n1, n2, ...; node 0 is the input, the last node the output."""
    names = ["input", *[f"n{v}" for v in range(1, count - 1)], "output"]
    nodes = [node(str(v), names[v], *[str(u) for u, w in edges if w == v]) for v in range(count)]
    return document({"c": {"nodes": nodes}}, operators={name: {"text": name} for name in names[1:-1]})


@given(dags())
def test_no_line_of_a_picture_runs_through_a_box(graph: tuple[int, list[tuple[int, int]]]) -> None:
    shapes = list(draw_panel(panels(numbered(*graph))[0]))
    boxes = [shape for shape in shapes if isinstance(shape, Rectangle)]
    for stroke in (shape for shape in shapes if isinstance(shape, Stroke)):
        for x, y in stroke.points:
            assert not any(
                box.x < x < box.x + box.width and box.y < y < box.y + box.height - 1e-6 for box in boxes
            )


UP, DOWN, LEFT, RIGHT = (0, -1), (0, 1), (-1, 0), (1, 0)
WAYS = {
    "│": {UP, DOWN}, "─": {LEFT, RIGHT}, "╯": {UP, LEFT}, "╮": {DOWN, LEFT}, "╰": {UP, RIGHT}, "╭": {DOWN, RIGHT},
    "┤": {UP, DOWN, LEFT}, "├": {UP, DOWN, RIGHT}, "┴": {UP, LEFT, RIGHT}, "┬": {DOWN, LEFT, RIGHT},
    "┼": {UP, DOWN, LEFT, RIGHT}, "┊": {UP, DOWN}, "┈": {LEFT, RIGHT},
}  # fmt: skip


def box_names(lines: list[str]) -> dict[tuple[int, int], str]:
    """Return the name of the box at each of its characters; all boxes have three rows."""
    found = {}
    for y, line in enumerate(lines):
        for x, c in enumerate(line):
            inside = line[x + 1 :]
            end = min((inside.find(side) for side in "│┊" if side in inside), default=-1)
            name = inside[:end].strip() if end > 0 and c in "│┊" else ""
            if name.isalnum() and lines[y - 1][x : x + 1] == "╭" and lines[y + 1][x : x + 1] == "╰":
                found.update({(x + dx, y + dy): name for dx in range(end + 2) for dy in (-1, 0, 1)})
    return found


def followed(lines: list[str], start: tuple[int, int], boxes: dict[tuple[int, int], str]) -> set[str]:
    """Return the boxes that are reached by following lines from the joint at `start`, by the rule for crossings."""
    ends, seen, todo = set(), set(), [(start, DOWN)]
    while todo:
        (x, y), (dx, dy) = todo.pop()
        x, y = x + dx, y + dy
        if ((x, y), (dx, dy)) in seen:
            continue
        seen.add(((x, y), (dx, dy)))
        c = lines[y][x]
        if c == "▼":
            ends.add(boxes[x, y + 1])
        elif (-dx, -dy) in WAYS[c]:
            todo += [((x, y), way) for way in WAYS[c] - {(-dx, -dy)}]
        else:  # the line passes below another one
            todo.append(((x, y), (dx, dy)))
    return ends


@settings(deadline=None)
@given(dags(), st.sampled_from([200, 60, 40]))
def test_lines_of_a_text_lead_where_the_edges_do(
    graph: tuple[int, list[tuple[int, int]]], width: int
) -> None:
    count, edges = graph
    text = to_text(numbered(count, edges), width=width)
    lines = [line.ljust(width) for line in text.splitlines()]
    assert all(len(line) <= width for line in lines)
    if "←" in text or "0 input" in text:
        return  # too wide: drawn as a list
    boxes = box_names(lines)
    names = ["input", *[f"n{v}" for v in range(1, count - 1)], "output"]
    assert set(boxes.values()) == set(names)
    drawn = set()
    for (x, y), name in boxes.items():
        if lines[y][x] == "┬" and boxes.get((x, y + 1)) != name:
            drawn |= {(name, end) for end in followed(lines, (x, y), boxes)}
    assert drawn == {(names[u], names[v]) for u, v in edges}


def test_text_fits_a_common_terminal() -> None:
    for text in (to_text(nasbench201(), width=80), to_text(document(darts_like()), width=80)):
        assert "←" not in text
        assert max(map(len, text.splitlines())) <= 80


def test_a_drawing_too_wide_for_the_terminal_becomes_a_list() -> None:
    text = to_text(nasbench201(), width=24)
    assert "7 output ← 4, 5, 6" in text
    assert "6 none ← 2, 3  (unused)" in text
    assert "7 output <- 4, 5, 6" in to_text(nasbench201(), width=24, unicode=False)


def test_colors_are_used_only_if_requested() -> None:
    plain, colored = (to_text(nasbench201(), width=80, color=on) for on in (False, True))
    assert "\033[" not in plain
    assert "\033[38;5;33m" in colored


def largest(seed: int = 0) -> Architecture:
    """Return a valid cell of 1,000 nodes and 10,000 edges."""
    chance = random.Random(seed)
    edges = {(chance.randrange(v), v) for v in range(1, 1000)}
    while len(edges) < 10_000:
        v = chance.randrange(1, 1000)
        edges.add((chance.randrange(v), v))
    return numbered(1000, sorted(edges))


def test_largest_cell(tmp_path: Path) -> None:
    architecture = largest()
    panel = panels(architecture)[0]
    edges = [(link.source, link.target) for link in panel.links]
    found = arrange([10.0] * 1000, edges, gap=1, bend_width=1)
    assert len(found.x) <= 1000 + MAX_BENDS
    assert len(ET.fromstring(to_svg(architecture)).findall(f".//{SVG}title")) == 1001
    assert len(to_text(architecture, width=80).splitlines()) > 1000
    pytest.importorskip("resvg_py")
    image = pytest.importorskip("PIL.Image")
    to_png(architecture, tmp_path / "large.png")
    with image.open(tmp_path / "large.png") as picture:
        assert picture.width * picture.height <= 17_000_000


def test_png(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    image = pytest.importorskip("PIL.Image")
    file = tmp_path / "cell.png"
    to_png(nasbench201(), file, scale=1)
    with image.open(file) as picture:
        small = picture.size
    to_png(nasbench201(), str(file))
    with image.open(file) as picture:
        picture.load()
        assert picture.format == "PNG"
        assert abs(picture.width - 2 * small[0]) <= 1
        assert len(picture.getcolors(1 << 20)) > 50
    assert list(tmp_path.iterdir()) == [file]


def test_an_unwritable_png_is_reported(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cell\.png: cannot be written"):
        to_png(nasbench201(), tmp_path / "file" / "cell.png")
    with pytest.raises(InputError, match="positive"):
        to_png(nasbench201(), tmp_path / "cell.png", scale=0)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match=r"folder\.png"):
        to_png(nasbench201(), tmp_path / "folder.png")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder.png"}


@pytest.mark.parametrize("package", ["resvg_py", "font_source_sans_pro"])
def test_png_without_its_packages_names_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("resvg_py")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"pip install .*\[draw\]'"):
        to_png(nasbench201(), tmp_path / "cell.png")
    assert not list(tmp_path.iterdir())
