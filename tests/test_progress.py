"""The progress bar of long runs."""

from __future__ import annotations

import time

import pytest

from nasport.toolkit.progress import Progress, duration


def test_the_bar_is_for_terminals(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = Progress(4)
    bar.show(4, "done")
    bar.clear()
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    bar = Progress(4)
    bar.show(2.5, "best 0.5")
    bar.show(2.6, "too soon")
    shown = capsys.readouterr().err
    assert "2 of 4 [00:00<00:00]  best 0.5" in shown
    assert "too soon" not in shown
    bar.clear()
    assert capsys.readouterr().err.strip(" \r") == ""
    bar.show(4, "best 0.7")
    assert capsys.readouterr().err.endswith("best 0.7")
    bar.clear()


def test_a_count_appears_after_a_second(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    now = time.time()
    monkeypatch.setattr("nasport.toolkit.progress.time.time", lambda: now)
    count = Progress()
    count.show(9, "scored")
    assert capsys.readouterr().err == ""
    now += 2
    count.show(1_000, "scored")
    assert capsys.readouterr().err.endswith("1,000 scored")
    count.clear()


def test_durations() -> None:
    assert [duration(seconds) for seconds in (0, 89, 120, 3_900)] == ["0 s", "89 s", "2 min", "1 h 5 min"]
