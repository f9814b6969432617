"""What the general settings show beside the plain fields: sections by page and group, and how the user is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.models import User

from apps.accounts.forms import SettingsForm
from apps.accounts.sections import PAGES, Placed
from apps.alerts.models import NotificationSettings

_LABELS = {"dashboard": "Dashboard", "gex": "GEX Daily Analysis"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSections:
    """The sections of one page as a form shows them. groups: title and sections; said: what was just moved."""

    key: str
    label: str
    groups: Sequence[tuple[str, Sequence[Placed]]]
    error: str = ""
    said: str = ""

    @classmethod
    def of(cls, page: str, found: Sequence[Placed], *, error: str = "", moved: str = "") -> "PageSections":
        """Return the sections `found`, in groups. moved: id of the section whose new place is told."""
        groups = [(title, list(one)) for title, one in groupby(found, key=lambda placed: placed.section.group)]
        said = next(iter(_places(groups, moved)), "")
        return cls(key=page, label=_LABELS[page], groups=groups, error=error, said=said)


@dataclass(frozen=True, slots=True)
class Told:
    """How a user is told of alerts, in a few words."""

    is_on: bool
    sound: bool
    by_mail: bool


def page_sections(form: SettingsForm) -> list[PageSections]:
    """Return the sections of every page as they stand in the form."""
    errors = getattr(form, "section_errors", {})
    return [PageSections.of(page, form.sections_of(page), error=errors.get(page, "")) for page in PAGES]


def told_by(user: User) -> Told:
    """Return how the user is told; somebody who chose nothing has the defaults."""
    kept = NotificationSettings.objects.filter(user=user).first() or NotificationSettings(user=user)
    return Told(is_on=kept.is_on, sound=kept.sound, by_mail=kept.by_mail)


def _places(groups: Sequence[tuple[str, Sequence[Placed]]], moved: str) -> Iterator[str]:
    for title, found in groups:
        for place, one in enumerate(found, start=1):
            if one.section.id == moved:
                yield f"{one.section.label}: {place} of {len(found)}, {title.lower()}"
