"""What happens in the ledger is told to its owner's open pages, whoever did it."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from apps.ledger.models import Change, Order
from apps.positions.publishing import tell_changed


@receiver(post_save, sender=Order, dispatch_uid="positions.order")
def _order_moved(sender: type[Order], instance: Order, **_: Any) -> None:
    owner = instance.account.owner_id
    # robust: whoever traded is not to hear of a message that could not be sent; the page's next message heals it.
    transaction.on_commit(lambda: tell_changed(owner), robust=True)


@receiver(post_save, sender=Change, dispatch_uid="positions.change")
def _plan_changed(sender: type[Change], instance: Change, **_: Any) -> None:
    if instance.action == "edited":
        owner = instance.account.owner_id
        transaction.on_commit(lambda: tell_changed(owner), robust=True)
