"""Names of bundles and families in earlier releases still work."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from nasport.runtime import bundle
from nasport.runtime.aliases import bundle_name, earlier_names, family_name
from nasport.schemas import InputError

OLD, NEW = "universal-without-nasbench-macro", "universal-without-mobile"


def test_earlier_names_map_to_current_names() -> None:
    assert (bundle_name(OLD), bundle_name(NEW), bundle_name("universal")) == (NEW, NEW, "universal")
    assert (family_name("nasbench-macro"), family_name("nds")) == ("mobile", "nds")
    assert (earlier_names(NEW), earlier_names("universal")) == ([OLD], [])


def test_a_bundle_opens_by_its_earlier_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(bundle.shipped_folder() / "universal", tmp_path / NEW)
    monkeypatch.setattr(bundle, "shipped_folder", lambda: tmp_path)
    assert bundle.open_bundle(OLD).folder == bundle.open_bundle(NEW).folder == tmp_path / NEW
    with pytest.raises(InputError, match="expected a folder or one of the shipped bundles"):
        bundle.open_bundle("universal-without-anything")


def test_a_family_is_left_out_by_its_earlier_name() -> None:
    pytest.importorskip("scipy", reason="needs SciPy")
    from nasport.toolkit.laboratory.evaluation.recipe import chosen_families

    recipe = SimpleNamespace(LEFT_OUT={"mobile": (), "nds": ()})
    assert chosen_families(recipe, ["nasbench-macro"]) == ["mobile"]  # type: ignore[arg-type]


def test_a_recipe_is_found_by_its_earlier_name() -> None:
    pytest.importorskip("torch", reason="needs the extra 'train'")
    from nasport.toolkit.laboratory.recipes import recipe

    assert recipe(OLD) is recipe(NEW)
