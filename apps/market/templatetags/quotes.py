"""What the templates of a quote ask of a snapshot."""

from django import template

from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of

register = template.Library()


@register.filter
def source_badge(snapshot: Snapshot) -> Badge:
    """The badge that says where the snapshot is from and of when."""
    return badge_of(snapshot)


@register.filter
def change_fraction(snapshot: Snapshot) -> float | None:
    """Change of spot against the previous close, as a fraction of that close."""
    if snapshot.change is None or snapshot.spot == snapshot.change:
        return None
    return float(snapshot.change / (snapshot.spot - snapshot.change))
