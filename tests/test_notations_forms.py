"""Forms in which other projects write the same networks: accepted forms, their meaning, and refused ones."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from nasport.runtime.costs import costs
from nasport.schemas import InputError
from nasport.toolkit.notations import notation, notations, notations_of
from nasport.toolkit.notations.edge_cell import EDGES
from tests.tables import rows, sample

CELL201 = "|nor_conv_3x3~0|+|nor_conv_1x1~0|none~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_3x3~2|"
OF_CELL201 = {
    "nasbench201_naslib": "[2, 3, 0, 1, 4, 2]",
    "nasbench201_zerocost": "(2, 3, 0, 1, 4, 2)",
    "nasbench201_gennas": "[[3], [2, 0], [1, 4, 3]]",
    "nasbench201_by_target": "[3, 2, 0, 1, 4, 3]",
    "nasbench201_autodl": f"Structure(4 nodes with {CELL201})",
    "nasbench201_nni": (
        '{"0_1": "conv_3x3", "0_2": "conv_1x1", "1_2": "none", "0_3": "skip_connect", "1_3": "avg_pool_3x3", '
        '"2_3": "conv_3x3"}'
    ),
}


@pytest.mark.parametrize("name", OF_CELL201)
def test_one_cell_of_nasbench201_in_all_its_forms(name: str) -> None:
    cell = notation("nasbench201").parse(CELL201)
    assert notation(name).write(cell) == OF_CELL201[name]
    assert notation("nasbench201").write(notation(name).parse(OF_CELL201[name])) == CELL201


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("nasbench201_naslib", "[2 3 0 1 4 2]", "[2, 3, 0, 1, 4, 2]"),
        ("nasbench201_zerocost", "(np.int64(2), np.int64(3), 0, 1, 4, 2)", "(2, 3, 0, 1, 4, 2)"),
        ("nasbench201_nni", OF_CELL201["nasbench201_nni"].replace('"', "'"), OF_CELL201["nasbench201_nni"]),
        ("transnas_macro_naslib", "[1, 2, 3, 4]", "(1, 2, 3, 4, 0, 0)"),
        ("transnas_macro_naslib", "[1 2 3 4 0]", "(1, 2, 3, 4, 0, 0)"),
    ],
)
def test_the_printed_forms_of_python_and_numpy_are_read(name: str, text: str, same: str) -> None:
    assert notation(name).write(notation(name).parse(text)) == same


@pytest.mark.parametrize("label", ["cell/", "cell__", "model_1/cell/"])
def test_nni_keys_may_have_the_label_of_the_cell_as_prefix(label: str) -> None:
    found = notation("nasbench201_nni")
    text = OF_CELL201["nasbench201_nni"]
    for source, target in EDGES:
        text = text.replace(f'"{source}_{target}"', f'"{label}{source}_{target}"')
    assert found.write(found.parse(text)) == OF_CELL201["nasbench201_nni"]
    with pytest.raises(InputError, match="expected an object with the keys 0_1"):
        found.parse(text.replace(f"{label}0_2", "0_2"))


def test_transnas_tuples_have_two_meanings_and_two_names() -> None:
    """The digits of the table's key are in the order of the string; those of NASLib's graph are sorted by source."""
    written = notation("transnas_micro")
    assert (
        written.write(notation("transnas_micro_zerocost").parse("(1, 0, 2, 3, 3, 3)")) == "64-41414-1_02_333"
    )
    # By source: 0-1 skip, 0-2 none, 0-3 3x3, 1-2 1x1, 1-3 3x3, 2-3 3x3.
    assert written.write(notation("transnas_micro_naslib").parse("[0, 1, 2, 3, 2, 2]")) == "64-41414-1_02_333"
    found = notation("transnas_macro").write(notation("transnas_macro_naslib").parse("(4, 1, 1, 1, 0, 0)"))
    assert found == "64-4111-basic"


SPEC = '{"matrix": [[0, 1, 1], [0, 0, 1], [0, 0, 0]], "ops": ["input", "conv1x1-bn-relu", "output"]}'


@pytest.mark.parametrize(
    "text",
    [
        SPEC.replace('"', "'"),
        SPEC.replace("1, 1]", "1.0, true]"),
        SPEC.replace('"', "'").replace("0, 0, 1]", "False, 0.0, True]"),
        "ModelSpec(matrix=[[0, 1, 1], [0, 0, 1], [0, 0, 0]], ops=['input', 'conv1x1-bn-relu', 'output'])",
        "api.ModelSpec([[0, 1, 1],   # input layer\n [0, 0, 1],\n [0, 0, 0]], [INPUT, CONV1X1, OUTPUT])",
        "dict(ops=['input', 'conv1x1-bn-relu', 'output'], matrix=[[0, 1, 1], [0, 0, 1], [0, 0, 0]])",
        "{'module_adjacency': array([[0, 1, 1],\n [0, 0, 1], [0, 0, 0]], dtype=int8), "
        "'module_operations': ['input', 'conv1x1-bn-relu', 'output']}",
    ],
)
def test_a_cell_of_nasbench101_as_a_python_object(text: str) -> None:
    found = notation("nasbench101_json")
    architecture = found.parse(text)
    assert found.write(architecture) == SPEC
    assert notation("nasbench101").write(architecture) == "3 111 1"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "nasbench101_json",
            SPEC.replace("[0, 0, 1]", "[0, 0, 0.5]"),
            "matrix[1]: expected 3 numbers 0 or 1",
        ),
        (
            "nasbench101_json",
            SPEC.replace('"', "'").replace("[0, 0, 0]", "open('x')"),
            "\"open('x')\" (column",
        ),
        ("nasbench101_json", "{'ops': [], 'ops': []}", "'ops' appears twice"),
        ("nasbench101_json", "{**{}}", "expected a string"),
        ("nasbench101_json", "ModelSpec(*[1])", "'*[1]' (column 11)"),
        ("nasbench101_json", "ModelSpec([[0]], [], 'channels_last')", "has 3 arguments, expected 2"),
        ("nasbench101_json", "{'matrix': [[0, 1], [0, 0], 'ops': []}", "cannot be read: "),
        ("nasbench101_json", "__import__('os').abort()", "expected only calls of dict, ModelSpec"),
        ("nasbench101_json", "{'matrix': 1e999, 'ops': ['input', 'output']}", "expected 2 rows"),
        (
            "nasbench201_nni",
            OF_CELL201["nasbench201_nni"].replace("conv_1", "nor_conv_1"),
            "0_2: unknown operator",
        ),
        ("nasbench201_nni", "[]", "expected an object with the keys 0_1"),
        ("nasbench201_nni", "{}", "expected an object with the keys 0_1"),
        ("nasbench201_autodl", CELL201, "expected e.g. Structure(4 nodes with"),
        ("nasbench201_autodl", f"Structure(4 nodes with {CELL201[:-1]})", "between two '|'"),
        ("nats_size", "64:64:64:64", "expected 5 widths of 8, 16,"),
        ("nats_size", "64:64:64:64:12", "expected 5 widths of 8, 16,"),
        ("nats_size", "64:64:64:64:+8", "expected 5 widths of 8, 16,"),
        (
            "transnas_micro_naslib",
            "[4, 0, 0, 0, 0, 0]",
            "code 4 at position 1, expected one of 0 skip_connect",
        ),
        ("transnas_macro_naslib", "(1, 2, 0, 4, 3, 3)", "padded with zeros to 6"),
        ("transnas_macro_naslib", "(1, 2, 3, 4, 0, 0, 0)", "padded with zeros to 6"),
        ("transnas_macro_naslib", "(1, 1, 1, 1, 0, 0)", "expected 4 to 6 modules, 1 to 3 and 1 to 4"),
    ],
)
def test_nearly_valid_texts_are_refused_with_what_was_expected(name: str, text: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        notation(name).parse(text)
    assert expected in str(error.value)


def test_the_notations_of_a_text_are_recognized() -> None:
    for name in notations():
        assert name in notations_of([notation(name).example])
    assert notations_of(["64:64:64:64:64"]) == ["nats_size"]
    assert notations_of([OF_CELL201["nasbench201_autodl"]]) == ["nasbench201_autodl"]
    assert {"nasbench201_naslib", "nasbench201_by_target"} < set(notations_of(["[4, 0, 3, 1, 4, 3]"]))
    assert notations_of(["nonsense"]) == []


# --- NATS-Bench's size space


def test_sizes_have_the_parameters_that_natsbench_states() -> None:
    """The files of the benchmark state 0.011714, 0.107826 and 0.713674 million (CIFAR-10)."""
    for text, stated in (("8:8:8:8:8", 11_714), ("8:8:16:40:40", 107_826), ("64:64:64:64:64", 713_674)):
        found = costs(notation("nats_size").parse(text))
        assert found is not None
        assert found.parameters == stated


def test_every_size_round_trips() -> None:
    found = notation("nats_size")
    for widths in sample(list(product(range(8, 65, 8), repeat=5)), 101):
        text = ":".join(map(str, widths))
        assert found.write(found.parse(text)) == text


def test_another_cell_is_no_size() -> None:
    value = notation("nasbench201").parse(CELL201)
    with pytest.raises(InputError, match="another cell"):
        notation("nats_size").write(value)


def test_a_size_is_no_cell_of_nasbench201() -> None:
    with pytest.raises(InputError, match="another skeleton"):
        notation("nasbench201").write(notation("nats_size").parse("64:64:64:64:64"))


def test_every_transnas_row_round_trips_as_naslib_writes_it(nasport_data: Path) -> None:
    strings = notation("transnas_micro")
    for row in sample(rows(nasport_data, "transnasbench101_micro"), 40):
        architecture = strings.parse(row["arch_str"])
        for name in ("transnas_micro_naslib", "transnas_micro_zerocost"):
            assert strings.write(notation(name).parse(notation(name).write(architecture))) == row["arch_str"]


@pytest.mark.parametrize(
    "name", ["darts", "nasbench301", "autoformer", "nds", "nasbench_nlp", "nasbench101_json"]
)
@pytest.mark.parametrize(
    "text",
    [
        "1" + "+1" * 900,
        "-" * 900 + "1",
        "a" + ".b" * 900,
        "f" + "(1)" * 900,
        f"Genotype(normal={'-' * 400}1)",
    ],
)
def test_thousands_of_terms_are_refused(name: str, text: str) -> None:
    with pytest.raises(InputError):
        notation(name).parse(text)
