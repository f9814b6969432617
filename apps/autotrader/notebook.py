"""What the engine asks the world in one run, and the answers: asked once, kept as JSON, given again the same."""

import math
from collections.abc import Callable, Mapping
from typing import Any


class UnaskedError(Exception):
    """A question that has no answer in a closed notebook: the run took another path than the recorded one."""


class AnswerError(Exception):
    """The world failed to answer, then and now. The message is what it said."""


class Notebook:
    """Answers by topic and question. An open one asks what it does not know; a closed one only repeats."""

    def __init__(self, stored: Mapping[str, Mapping[str, Any]] | None = None, *, is_open: bool = False) -> None:
        self._stored = {topic: dict(answers) for topic, answers in (stored or {}).items()}
        self._is_open = is_open

    def answer(self, topic: str, question: str, ask: Callable[[], Any]) -> Any:
        """Return the answer to a question, asked now if the notebook is open and does not know it.

        Raises AnswerError where asking failed, UnaskedError where a closed notebook does not know.
        """
        answers = self._stored.setdefault(topic, {})
        if question not in answers:
            if not self._is_open:
                raise UnaskedError(f"Nobody asked for {topic} {question} then.")
            try:
                answers[question] = {"answer": as_json(ask())}
            except Exception as error:  # noqa: BLE001 - whatever fails outside is an answer the engine has rules for
                answers[question] = {"failed": f"{error}" or type(error).__name__}
        known = answers[question]
        if "failed" in known:
            raise AnswerError(known["failed"])
        return from_json(known["answer"])

    def note(self, topic: str, question: str, answer: Any) -> None:
        """Keep an answer that came by itself, such as what the ledger said to an order."""
        self._stored.setdefault(topic, {})[question] = {"answer": as_json(answer)}

    def closed(self) -> "Notebook":
        """Return a copy that only repeats."""
        return Notebook(self._stored)

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Return what is known, as plain JSON."""
        return {topic: dict(answers) for topic, answers in self._stored.items()}


def as_json(value: Any) -> Any:
    """Return engine values as JSON keeps them: numbers that JSON does not know become objects, keys texts."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value


def from_json(value: Any) -> Any:
    """Return what `as_json` wrote as engine values, a copy of its own."""
    if isinstance(value, dict):
        if set(value) == {"float"} and isinstance(value["float"], str):
            return float(value["float"])
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value
