"""What is typed on the page: settings, a list's name, and symbols to import."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from apps.scanner.importing import LARGEST, Read, UnreadableError, read, text_of
from apps.scanner.models import ScannerSettings, Watchlist
from apps.scanner.watchlists import SHARED
from legacy_engines.setups.scan_view import CACHE_INPUT, REFRESH_INPUT, scanner_settings

COPY, EMPTY = "copy", "empty"


def _minutes(label: str, bounds: tuple[int, int, int], text: str) -> forms.IntegerField:
    least, most, _ = bounds
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=f"{least} to {most}. {text}",
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )


class SettingsForm(forms.ModelForm[ScannerSettings]):
    """How old numbers may be, and whether scans start by themselves."""

    cache_minutes = _minutes("Numbers may be old, minutes", CACHE_INPUT, "Younger ones are not asked for again.")
    auto_refresh = forms.BooleanField(label="Scan by itself while the exchange is open", required=False)
    refresh_interval = _minutes("Every, minutes", REFRESH_INPUT, "For scans that start by themselves.")

    class Meta:
        model = ScannerSettings
        fields = ("cache_minutes", "auto_refresh", "refresh_interval", "watchlist")
        labels = {"watchlist": "List it scans"}

    def __init__(self, owner: User, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        lists: Any = self.fields["watchlist"]
        lists.queryset = Watchlist.objects.filter(owner=owner)
        lists.empty_label = "The first one"

    def wanted(self) -> ScannerSettings:
        """Return the settings as the engine keeps them."""
        values = self.cleaned_data
        names = ("cache_duration", "auto_refresh", "refresh_interval")
        kept = scanner_settings(
            **dict(
                zip(names, (values["cache_minutes"], values["auto_refresh"], values["refresh_interval"]), strict=True)
            )
        )
        return ScannerSettings(
            cache_minutes=kept["cache_duration"],
            auto_refresh=kept["auto_refresh"],
            # Kept while switched off, so that it is there when it is switched on again.
            refresh_interval=kept["refresh_interval"] or values["refresh_interval"],
            watchlist=values["watchlist"],
        )


class NameForm(forms.Form):
    """The name of a list."""

    name = forms.CharField(label="Name", max_length=40, widget=forms.TextInput({"autocomplete": "off"}))


class NewListForm(NameForm):
    """A new list and what it begins with."""

    start = forms.ChoiceField(label="Begins with", choices=())

    def __init__(self, lists: list[Watchlist], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._lists = {str(one.pk): one for one in lists}
        shared = [(key, f"{label}: {' '.join(symbols)}") for key, (label, symbols) in SHARED.items()]
        own = [(key, f"A copy of {one.name}") for key, one in self._lists.items()]
        self.fields["start"] = forms.ChoiceField(label="Begins with", choices=[*shared, (EMPTY, "Nothing"), *own])

    def symbols(self) -> list[str]:
        """Return what the list begins with."""
        start = self.cleaned_data["start"]
        if start in SHARED:
            return list(SHARED[start][1])
        return list(self._lists[start].symbols) if start in self._lists else []


class ImportForm(forms.Form):
    """Symbols out of a text or a file."""

    text = forms.CharField(
        label="Symbols",
        required=False,
        max_length=20_000,
        help_text="Separated by blanks, commas or lines; or a table with a column named Symbol.",
        widget=forms.Textarea({"rows": 4, "spellcheck": "false", "autocapitalize": "characters"}),
    )
    file = forms.FileField(
        label="Or a CSV file", required=False, allow_empty_file=True, widget=forms.FileInput({"accept": ".csv,.txt"})
    )

    found: Read

    def clean(self) -> dict[str, Any]:
        """Read what was given. Nothing readable at all is an error; single bad lines are told with what was added."""
        cleaned = super().clean() or {}
        text = cleaned.get("text") or ""
        if file := cleaned.get("file"):
            try:
                text = "\n".join(part for part in (text, text_of(file.read(LARGEST + 1))) if part)
            except UnreadableError as error:
                self.add_error("file", str(error))
                return cleaned
        self.found = read(text)
        if not self.found.symbols:
            self.add_error("text", " ".join(self.found.bad[:5]) or "Nothing to import: paste symbols or choose a file.")
        return cleaned
