"""What pages send: corrections, withdrawals, the reader's name, and to apply."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import TypeAdapter, ValidationError

from lesiontrack.corrections import Value, Withdrawal
from lesiontrack.errors import ResultsError, StudyError
from lesiontrack.review.checks import check_value, filled
from lesiontrack.review.refusal import Refusal
from lesiontrack.review.rerun import RunState
from lesiontrack.review.state import current_state

blueprint = Blueprint("api", __name__, url_prefix="/api")

_VALUE: TypeAdapter[Value] = TypeAdapter(Value)
_MOST_NOTE = 2000


@blueprint.errorhandler(Refusal)
def _refused(refusal: Refusal) -> Response:
    response = jsonify(error=str(refusal), **({"needs": refusal.needs} if refusal.needs else {}))
    response.status_code = refusal.code
    return response


@blueprint.post("/corrections")
def add() -> tuple[Response, int]:
    """{"value": {"kind": …}, "note": "…", "run": "…"} → 201 {"id": …}."""
    state = current_state()
    sent = _sent()
    if state.reader is None:
        raise Refusal("Say who you are first: every correction carries a reader's name.", needs="reader")
    if sent.get("run", "") != state.run:
        raise Refusal("The results changed since this page was loaded; load it again.", code=409)
    note = sent.get("note", "")
    if not isinstance(note, str) or len(note) > _MOST_NOTE:
        raise Refusal(f"A note has at most {_MOST_NOTE} characters.")
    raw = sent.get("value")
    if isinstance(raw, dict) and raw.get("kind") == "signature":
        raw = raw | {"values": {}}
    value = _parsed(raw)
    if isinstance(value, Withdrawal):
        raise Refusal("A withdrawal is sent to /api/withdraw.")
    check_value(state, value)
    return jsonify(id=_kept(filled(state, value), note)), 201


@blueprint.post("/withdraw")
def withdraw() -> tuple[Response, int]:
    """{"id": …} → 201 {"id": …} of the withdrawal."""
    state = current_state()
    sent = _sent()
    if state.reader is None:
        raise Refusal("Say who you are first: every correction carries a reader's name.", needs="reader")
    wanted = sent.get("id")
    entry = next((entry for entry in state.corrections().entries if entry.id == wanted), None)
    if entry is None:
        raise Refusal("There is no such correction.")
    if entry.state == "withdrawn":
        raise Refusal("This correction was withdrawn already.")
    if isinstance(entry.value, Withdrawal):
        raise Refusal("A withdrawal can't be withdrawn; say again what was withdrawn.")
    return jsonify(id=_kept(Withdrawal(of=entry.id), "")), 201


@blueprint.post("/reader")
def name_reader() -> Response:
    """{"name": …} → who corrections are by from now on, until the server stops."""
    state = current_state()
    name = _sent().get("name")
    try:
        state.name_reader(name if isinstance(name, str) else "")
    except ValueError as error:
        raise Refusal(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    return jsonify(name=state.reader)


@blueprint.get("/apply")
def applying() -> Response:
    """How the run that applies corrections goes, or went."""
    rerun = current_state().rerun
    return jsonify(asdict(rerun.state if rerun else RunState()))


@blueprint.post("/apply")
def apply() -> tuple[Response, int]:
    """Start a run that applies what is in force. 409 where one is under way."""
    state = current_state()
    _sent()
    if state.blinded:
        raise Refusal("A blinded reading is not applied: stores are compared and merged first.")
    if state.rerun is None:
        raise Refusal("This study was not run yet: run `lesiontrack run STUDY -o RESULTS`.")
    try:
        state.rerun.start()
    except ResultsError as error:
        raise Refusal(str(error), code=409) from error
    return jsonify(asdict(state.rerun.state)), 202


def _sent() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Refusal("What was sent is not a JSON object.")
    return sent


def _parsed(raw: Any) -> Value:
    try:
        return _VALUE.validate_python(raw, strict=False)
    except ValidationError as error:
        raise Refusal(sentence(error)) from error


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "value"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}."


def _kept(value: Value, note: str) -> str:
    try:
        return current_state().add(value, note=note).id
    except ValidationError as error:
        raise Refusal(sentence(error)) from error
    except StudyError as error:
        raise Refusal(str(error), code=500) from error
