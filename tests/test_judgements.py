"""Evaluations of the world of random spaces: how they are computed, stored and read."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasport.schemas import Architecture, InputError
from nasport.toolkit.laboratory.world import world_space
from nasport.toolkit.laboratory.world.evaluating import Share, evaluate_members, place_of
from nasport.toolkit.laboratory.world.evaluations import joined, read_evaluations
from nasport.toolkit.run_folder import read_records

SHARE = Share(spaces=3, members=3)
RECORDS = [
    {"space": 1, "place": 2, "values": {"zen": 3.0, "nwot": None}},
    {"space": 0, "place": 4, "values": {"zen": 1.0, "nwot": 2.0, "other": 9.0}},
    {"space": 1, "place": 2, "values": {"nwot": 5.0}},
    {"space": 1, "place": 0, "values": {"zen": None}},
]


class Evaluator:
    """Counts evaluated architectures, lacks one of two values for every second one, and stops before number `stopped`."""

    def __init__(self, stopped: int = 99) -> None:
        self.evaluated: list[str] = []
        self.stopped = stopped

    def __call__(self, member: Architecture) -> dict[str, float | None]:
        if len(self.evaluated) == self.stopped:
            raise KeyboardInterrupt
        self.evaluated.append(member.name)
        return {"count": float(len(member.name)), "silent": None if place_of(member) % 2 else 1.0}


def evaluator(evaluator: Evaluator, file: Path, share: Share = SHARE) -> list[tuple[object, object]]:
    """Run the evaluation and return the networks in the file."""
    evaluate_members(evaluator, share, file, 0, lambda text: None)
    return [(record["space"], record["place"]) for record in read_records(file)]


# Evaluation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("half_a_line", [b"", b'{"space": 2, "pl'], ids=["whole", "half a line"])
def test_a_stopped_run_is_resumed(tmp_path: Path, half_a_line: bytes) -> None:
    whole, file = tmp_path / "whole.jsonl", tmp_path / "verdicts.jsonl"
    everything = evaluator(Evaluator(), whole)
    assert everything == [(space, place) for space in range(3) for place in range(3)]
    first, second = Evaluator(stopped=4), Evaluator()
    with pytest.raises(KeyboardInterrupt):
        evaluator(first, file)
    with file.open("ab") as stream:
        stream.write(half_a_line)
    assert len(read_records(file)) == 4
    assert evaluator(second, file) == everything
    assert file.read_bytes() == whole.read_bytes()
    assert len(second.evaluated) == 5
    assert not set(first.evaluated) & set(second.evaluated)
    assert evaluator(Evaluator(stopped=0), file) == everything


def test_parts_share_the_spaces(tmp_path: Path) -> None:
    even, odd = (
        evaluator(Evaluator(), tmp_path / f"{part}.jsonl", SHARE._replace(part=part, parts=2))
        for part in (0, 1)
    )
    assert {space for space, _ in even} == {0, 2}
    assert {space for space, _ in odd} == {1}
    assert len(even) + len(odd) == 9


def test_kinds_of_spaces_can_be_selected(tmp_path: Path) -> None:
    share = SHARE._replace(spaces=8)
    kinds = {number: world_space(0, number).kind for number in range(8)}
    wanted = kinds[0]
    found = evaluator(Evaluator(), tmp_path / "some.jsonl", share._replace(kinds=(wanted,)))
    assert {space for space, _ in found} == {number for number, kind in kinds.items() if kind == wanted}
    assert len(set(kinds.values())) > 1


def test_large_members_are_skipped(tmp_path: Path) -> None:
    assert not evaluator(Evaluator(), tmp_path / "none.jsonl", SHARE._replace(largest=1))
    assert len(evaluator(Evaluator(), tmp_path / "all.jsonl", SHARE._replace(largest=10**12))) == 9


# Files of evaluations ---------------------------------------------------------------------------------------------


def test_lines_of_several_evaluators_are_joined_by_network() -> None:
    found = joined({"seed": 0}, RECORDS, ("nwot", "zen"))
    assert list(zip(found.space.tolist(), found.place.tolist(), strict=True)) == [(0, 4), (1, 0), (1, 2)]
    np.testing.assert_array_equal(found.of(("zen", "nwot")), [[1, 2], [np.nan, np.nan], [3, 5]])
    assert joined({"seed": 0}, [], ("zen",)).values.shape[0] == 0
    with pytest.raises(InputError, match=r"'other'.*nwot, zen"):
        found.of(("other",))


def test_a_file_of_evaluations_round_trips(tmp_path: Path) -> None:
    file = tmp_path / "judgements.npz"
    kept = joined({"seed": 3, "judges": {"zen": {"images": 16}}}, RECORDS, ("nwot", "zen"))
    file.write_bytes(kept.to_bytes())
    found = read_evaluations(file)
    assert (found.settings, found.evaluators) == (kept.settings, kept.evaluators)
    for name in ("space", "place", "values"):
        one, other = getattr(found, name), getattr(kept, name)
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    assert found.to_bytes() == kept.to_bytes()


def test_networks_are_reproduced_from_the_seed(tmp_path: Path) -> None:
    file, drawn = tmp_path / "verdicts.jsonl", Evaluator()
    evaluator(drawn, file)
    kept = joined({"seed": 0}, read_records(file), ("count", "silent"))
    members = [member for _, architectures, _ in kept.spaces() for member in architectures]
    assert [member.name for member in members] == drawn.evaluated
    assert kept.of(("count",))[:, 0].tolist() == [len(member.name) for member in members]


def whole() -> bytes:
    return joined({"seed": 0}, RECORDS, ("zen",)).to_bytes()


def without(name: str, file: Path) -> None:
    """Write a file without one array."""
    file.write_bytes(whole())
    with np.load(file) as found:
        np.savez(file, **{key: found[key] for key in found if key != name})


def one_array(file: Path) -> None:
    with file.open("wb") as stream:
        np.save(stream, np.zeros(3))


WRONG: dict[str, Callable[[Path], object]] = {
    "missing": lambda file: None,
    "empty": lambda file: file.write_bytes(b""),
    "text": lambda file: file.write_text("judgements"),
    "half": lambda file: file.write_bytes(whole()[:-100]),
    "spoilt": lambda file: file.write_bytes(whole().replace(whole()[300:360], bytes(60))),
    "one array": one_array,
    "pickle": lambda file: file.write_bytes(pickle.dumps({"settings": {}})),
    "no verdicts": lambda file: without("verdicts", file),
    "objects": lambda file: np.savez(file, settings=np.array([{}], object)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_file_is_reported_by_name(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "mine.npz"
    WRONG[wrong](file)
    with pytest.raises(InputError, match=r"mine\.npz"):
        read_evaluations(file)


def test_the_shipped_evaluations_contain_the_training_data() -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.toolkit.laboratory.recipes.teaching import EVALUATORS

    found = read_evaluations()
    assert found.of(EVALUATORS).shape == (len(found.space), len(EVALUATORS))
    assert np.isfinite(found.of(EVALUATORS)).any(axis=0).all()
    assert (np.diff(found.space) >= 0).all()
