"""The bar of long runs."""

from __future__ import annotations

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
    monkeypatch.setenv("COLUMNS", "60")
    bar = Progress(4)
    bar.show(2.5, "best 0.5")
    bar.show(2.6, "too soon")
    shown = capsys.readouterr().err
    assert "] 2 of 4" in shown
    assert shown.endswith("best 0.5")
    bar.show(4, "x" * 100)
    assert len(capsys.readouterr().err.removeprefix("\r\x1b[K")) == 59
    bar.clear()
    assert capsys.readouterr().err == "\r\x1b[K"


def test_durations() -> None:
    assert [duration(seconds) for seconds in (0, 89, 120, 3_900)] == ["0 s", "89 s", "2 min", "1 h 5 min"]
