"""/api/docs: the description of the API as a page, made on the server: no script, nothing from elsewhere."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from alphagex.requests import SignedInRequest

_METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter, or a field of a body. shape: in words, such as "integer, 1 to 500"."""

    name: str
    place: str
    shape: str
    is_required: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the answers. example: JSON, empty where there is no body."""

    status: str
    text: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the document."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Parameter]
    body: list[Parameter]
    answers: list[Answer]
    problems: str
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of a tag."""

    name: str
    operations: list[Operation] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return self.name.lower().replace(" ", "-")


@require_GET
def docs(request: SignedInRequest) -> HttpResponse:
    """Show every operation of /api/openapi.json."""
    from alphagex.api import document  # it mounts this page

    found = document()
    groups = groups_of(found, address=f"{request.scheme}://{request.get_host()}")
    return render(request, "api/docs.html", {"groups": groups, "text": found["info"]["description"]})


def groups_of(document: dict[str, Any], *, address: str) -> list[Group]:
    """Return the operations by tag, in the order of the document."""
    groups: dict[str, Group] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                name = (methods[method].get("tags") or ["Other"])[0]
                operation = _operation(document, path, method, methods[method], address=address)
                groups.setdefault(name, Group(name)).operations.append(operation)
    return list(groups.values())


def _operation(document: dict[str, Any], path: str, method: str, found: dict[str, Any], *, address: str) -> Operation:
    body = _body_schema(document, found)
    answers = {status: one for status, one in found["responses"].items() if int(status) < 400}
    return Operation(
        anchor=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found.get("summary", ""),
        text=found.get("description", ""),
        parameters=[_parameter(document, one) for one in found.get("parameters", [])],
        body=_fields(document, body) if body else [],
        answers=[_answer(document, str(status), one) for status, one in answers.items()],
        problems=", ".join(str(status) for status in found["responses"] if int(status) >= 400),
        curl=_curl(document, path, method, body, address=address),
    )


def _parameter(document: dict[str, Any], found: dict[str, Any]) -> Parameter:
    return Parameter(
        name=found["name"],
        place=found["in"],
        shape=_shape(document, found["schema"]),
        is_required=found.get("required", False),
        text=found.get("description", ""),
    )


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> list[Parameter]:
    found = _resolved(document, schema)
    required = found.get("required", [])
    return [
        Parameter(
            name=name,
            place="body",
            shape=_shape(document, one),
            is_required=name in required,
            text=one.get("description", ""),
        )
        for name, one in found.get("properties", {}).items()
    ]


def _body_schema(document: dict[str, Any], found: dict[str, Any]) -> dict[str, Any] | None:
    content = found.get("requestBody", {}).get("content", {}).get("application/json")
    return _resolved(document, content["schema"]) if content else None


def _answer(document: dict[str, Any], status: str, found: dict[str, Any]) -> Answer:
    content = found.get("content", {})
    example = ""
    if "application/json" in content:
        example = json.dumps(_example(document, content["application/json"].get("schema", {})), indent=2)
    text = "also as text/csv" if "text/csv" in content else ""
    return Answer(status=status, text=text or ("" if content else "no body"), example=example)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema a reference points to."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _shape(document: dict[str, Any], schema: dict[str, Any]) -> str:
    found = _resolved(document, schema)
    if options := found.get("anyOf"):
        return " or ".join(dict.fromkeys(_shape(document, one) for one in options))
    if "enum" in found:
        return " | ".join(str(one) for one in found["enum"])
    if "const" in found:
        return str(found["const"])
    kind = str(found.get("format") or found.get("type", "any"))
    if found.get("type") == "array":
        return f"list of {_shape(document, found.get('items', {}))}"
    limits = [f"{word} {found[key]}" for key, word in _LIMITS if key in found and not _is_endless(found[key])]
    return ", ".join([kind, *limits])


def _is_endless(limit: float) -> bool:
    """Return whether a limit is only that of the database's numbers."""
    return abs(limit) >= 2**31


_LIMITS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "above"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "below"),
    ("minLength", "characters at least"),
    ("maxLength", "characters at most"),
)


def _example(document: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:
    """Return something of the shape of a schema."""
    found = _resolved(document, schema)
    for key in ("example", "const", "default"):
        if key in found:
            return found[key]
    if found.get("examples"):
        return found["examples"][0]
    if "enum" in found:
        return found["enum"][0]
    if options := found.get("anyOf"):
        return _example(document, options[0], depth)
    if depth > _DEEPEST:
        return {}
    if found.get("type") == "array":
        return [_example(document, found.get("items", {}), depth + 1)]
    if found.get("type") == "object" or "properties" in found:
        fields = found.get("properties", {}).items()
        return {name: _KNOWN.get(name) or _example(document, one, depth + 1) for name, one in fields}
    return _WORDS.get(str(found.get("format")), _WORDS.get(str(found.get("type"))))


_KNOWN = {"symbol": "SPX", "truth": "delayed", "timestamp": "2026-11-18T11:30:00-05:00"}
_WORDS: dict[str, Any] = {
    "date-time": "2026-11-18T11:30:00-05:00",
    "date": "2026-11-18",
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
}


def _curl(document: dict[str, Any], path: str, method: str, body: dict[str, Any] | None, *, address: str) -> str:
    filled = path.replace("{symbol}", "SPX").replace("{number}", "1").replace("{period}", "daily")
    lines = [f"curl -H 'Authorization: Bearer agx_...'{'' if method == 'get' else f' -X {method.upper()}'}"]
    if body is not None:
        required = {name: one for name, one in body.get("properties", {}).items() if name in body.get("required", [])}
        fields = (required or body.get("properties", {})).items()
        sent = {name: _KNOWN.get(name) or _example(document, one) for name, one in fields}
        lines.append(f"-H 'Content-Type: application/json' -d '{json.dumps(sent)}'")
    lines.append(f"'{address}{filled}'")
    return " \\\n  ".join(lines)
