"""Values of a protocol file, each with its mark and source.

Units stand in the key: _mm, _mm2, _days, _pct (per cent), _deg (degrees); a fraction is 0..1.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MARKS = ("sourced", "inferred", "provisional", "recalled")

Mark = Literal["sourced", "inferred", "provisional", "recalled"]
Text = Annotated[str, Field(min_length=1)]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Marked(Table):
    """A value, or a table, that says where it comes from.

    sourced: read in the source named. inferred: our reading or proposal on such sources. provisional: a
    proposal that awaits data. recalled: standard knowledge that was not found again in a source.
    """

    mark: Mark
    source: Text


class Number(Marked):
    value: Annotated[float, Field(ge=0)]


class Days(Marked):
    value: Annotated[int, Field(ge=0)]


class Count(Marked):
    value: Annotated[int, Field(ge=0)]


class Percent(Marked):
    value: Annotated[float, Field(gt=0)]


class Fraction(Marked):
    value: Annotated[float, Field(ge=0, le=1)]


class Degrees(Marked):
    value: Annotated[float, Field(ge=-90, le=90)]


class Switch(Marked):
    value: bool
