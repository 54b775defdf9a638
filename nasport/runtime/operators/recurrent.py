"""Recurrent layers and what only recurrent cells have; their networks are counted in `costs/recurrent.py`."""

from __future__ import annotations

from nasport.runtime.operators.rule import Effect, Rule

RULES = {
    "recurrent": Rule("it works on sequences", lambda operator: Effect(8, 1)),
    "blend": Rule("it stands in recurrent cells alone"),
}
