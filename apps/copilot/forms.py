"""What the copilot's page takes in."""

from typing import Any

from django import forms

from apps.copilot.asking import LONGEST_QUESTION
from apps.copilot.models import LONGEST_TITLE, Access, Turn
from apps.market.watching import SymbolError, parse_symbol


class AskForm(forms.Form):
    """A question. quick: one of the buttons' instead of a text."""

    text = forms.CharField(
        label="Your question",
        max_length=LONGEST_QUESTION,
        required=False,
        widget=forms.Textarea({"rows": 2, "placeholder": "Ask about the market, a position, or a trade you consider"}),
    )
    symbol = forms.CharField(label="Symbol", max_length=12)
    mode = forms.ChoiceField(choices=Turn.Mode, required=False)
    quick = forms.CharField(max_length=10, required=False)
    key = forms.CharField(min_length=8, max_length=40)

    def clean_symbol(self) -> str:
        try:
            return parse_symbol(self.cleaned_data["symbol"])
        except SymbolError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\x00", "").strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "text" in cleaned and not cleaned["text"] and not cleaned.get("quick"):
            self.add_error("text", "Write what you want to know, or use one of the buttons.")
        return cleaned


class TitleForm(forms.Form):
    """A conversation's new title."""

    title = forms.CharField(label="Title", max_length=LONGEST_TITLE, strip=True)


class AccessForm(forms.ModelForm[Access]):
    """What the copilot may see."""

    class Meta:
        model = Access
        fields = ("positions", "record", "notes")
