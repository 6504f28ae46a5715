"""The answer contract: ``Answer`` ⇄ plain JSON data, one way for the command line, REST, MCP and the app.

Names are fixed; further keys may be added. Nothing internal (sheet numbers, scores, spans) leaves here.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from index.model import Hit
from qa.model import Answer, AnswerTable, Candidate, Citation, Interpretation, Result

Json = dict[str, Any]


class BadRequest(ValueError):
    """A line of a batch is not what the contract asks for; the message is Japanese, for the user."""


@dataclasses.dataclass(frozen=True, slots=True)
class AskLine:
    """One line of ``rsqa ask --jsonl``."""

    question: str
    id: str | int | None = None
    sheet_id: str | None = None
    session: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class SearchLine:
    """One line of ``rsqa search --jsonl``."""

    query: str
    id: str | int | None = None
    k: int = 10


def read_ask_line(text: str) -> AskLine:
    """Raises BadRequest when the line is not JSON or a field has the wrong type."""
    fields = _object(text)
    return AskLine(
        question=_text(fields, "question", required=True) or "",
        id=_identifier(fields),
        sheet_id=_text(fields, "sheet_id") or None,
        session=_session(fields),
    )


def read_search_line(text: str) -> SearchLine:
    """Raises BadRequest when the line is not JSON or a field has the wrong type."""
    fields = _object(text)
    k = fields.get("k", 10)
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= 1000:
        raise BadRequest(f"k は1から1000までの整数にしてください（{k!r}）")
    return SearchLine(query=_text(fields, "query", required=True) or "", id=_identifier(fields), k=k)


def answer_to_json(answer: Answer, id: str | int | None = None) -> Json:  # noqa: A002 - the contract's own name
    """An answer as the contract has it. ``id`` (of the batch line) comes before the answer's own."""
    identifier = id if id is not None else answer.id
    data: Json = {} if identifier is None else {"id": identifier}
    data |= {
        "question": answer.question,
        "status": answer.status.value,
        "answer": answer.answer,
        "results": [_result(r) for r in answer.results],
        "citations": [citation_to_json(c) for c in answer.citations],
        "candidates": [candidate_to_json(c) for c in answer.candidates],
        "interpretation": None if answer.interpretation is None else interpretation_to_json(answer.interpretation),
        "notes": list(answer.notes),
        "suggestions": list(answer.suggestions),
        "elapsed_ms": round(answer.elapsed_ms, 1),
    }
    if answer.table is not None:
        data["table"] = _table(answer.table)
    return data


def citation_to_json(citation: Citation) -> Json:
    """A cited cell or section; its file and place are nested under ``source``."""
    return {
        "sheet_id": citation.sheet_id,
        "project": citation.project,
        "ministry": citation.ministry,
        "sheet_year": citation.sheet_year,
        "section": citation.section,
        "row": citation.row,
        "column": citation.column,
        "fiscal_year": citation.fiscal_year,
        "raw": citation.raw,
        "value": citation.value,
        "unit": citation.unit,
        "source": {"file": citation.file, "locator": citation.locator},
    }


def candidate_to_json(candidate: Candidate) -> Json:
    return {
        "sheet_id": candidate.sheet_id,
        "project": candidate.project,
        "ministry": candidate.ministry,
        "sheet_year": candidate.sheet_year,
    }


def interpretation_to_json(interpretation: Interpretation) -> Json:
    """What the program understood: the contract's four keys, and whatever else restricts the answer."""
    sheets = interpretation.sheets
    projects = list(dict.fromkeys(s.project for s in sheets))
    data: Json = {
        "project": projects[0] if projects else (interpretation.project_text or None),
        "measure": (interpretation.measures[0] if interpretation.measures else interpretation.field) or None,
        "fiscal_years": list(interpretation.fiscal_years),
        "operation": interpretation.operation.name.lower(),
        "operation_label": interpretation.operation.value,
        "subject": interpretation.subject.value,
        "sheet_year": interpretation.sheet_year,
    }
    threshold, restriction = interpretation.threshold, interpretation.filter
    further: Json = {
        "projects": projects if len(projects) > 1 else [],
        "measures": list(interpretation.measures) if len(interpretation.measures) > 1 else [],
        "years_relative": interpretation.years_relative,
        "table": interpretation.table,
        "item": interpretation.item,
        "payee": interpretation.payee,
        "block": interpretation.block,
        "unit": interpretation.unit,
        "threshold": {} if threshold is None else _threshold(threshold.compare.value, threshold.value, threshold.unit),
        "premise": {} if interpretation.premise is None else _amount(*interpretation.premise),
        "filter": {f.name: v for f in dataclasses.fields(restriction) if (v := getattr(restriction, f.name))},
        "top_n": interpretation.top_n,
        "group_by": interpretation.group_by,
        "reason": interpretation.reason,
    }
    return data | {name: value for name, value in further.items() if value}


def hits_to_json(query: str, hits: Iterable[Hit], elapsed_ms: float, id: str | int | None = None) -> Json:  # noqa: A002
    """The answer to one line of ``rsqa search --jsonl``."""
    data: Json = {} if id is None else {"id": id}
    return data | {"query": query, "hits": [_hit(h) for h in hits], "elapsed_ms": round(elapsed_ms, 1)}


def dumps(data: Json) -> str:
    """One line of JSON, readable Japanese unescaped."""
    return json.dumps(data, ensure_ascii=False, separators=(", ", ": "))


def _result(result: Result) -> Json:
    return {
        "label": result.label,
        "value": result.value,
        "unit": result.unit,
        "text": result.text,
        "derivation": result.derivation,
        "citations": list(result.citations),
    }


def _table(table: AnswerTable) -> Json:
    return {
        "header": list(table.header),
        "rows": [list(row) for row in table.rows],
        "left_out_header": list(table.left_out_header),
        "left_out": [list(row) for row in table.left_out],
    }


def _hit(hit: Hit) -> Json:
    data: Json = {
        "sheet_id": hit.sheet_id,
        "project": hit.project,
        "ministry": hit.ministry,
        "sheet_year": hit.sheet_year,
        "section": hit.section,
        "text": hit.text,
        "score": round(float(hit.score), 6),
        "spans": [list(span) for span in hit.spans],
        "folded": [{"sheet_id": sheet_id, "sheet_year": year} for sheet_id, year in hit.folded],
    }
    if hit.why.words or hit.why.ranks:
        data["why"] = {
            "words": [[word, round(float(share), 4)] for word, share in hit.why.words],
            "ranks": dict(hit.why.ranks),
        }
    return data


def _threshold(compare: str, value: object, unit: str) -> Json:
    return {"compare": compare, **_amount(value, unit)}


def _amount(value: object, unit: str) -> Json:
    return {"value": str(value), "unit": unit}


def _object(text: str) -> Json:
    try:
        fields = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadRequest(f"JSON として読めません（{error}）") from error
    if not isinstance(fields, dict):
        raise BadRequest("1行に1つの JSON オブジェクトを書いてください")
    return fields


def _text(fields: Json, name: str, *, required: bool = False) -> str | None:
    value = fields.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise BadRequest(f"{name} に文字列がありません")
    return value


def _identifier(fields: Json) -> str | int | None:
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise BadRequest("id は文字列か整数にしてください")
    return value


def _session(fields: Json) -> str | None:
    value = fields.get("session")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise BadRequest("session は文字列か整数にしてください")
    return None if value is None else str(value)
