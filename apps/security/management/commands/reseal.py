"""After a change of SECRET_KEY: everything sealed moves to the new key, so that the old one can be forgotten."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from apps.security.sealing import Seal, SealBrokenError


class Command(BaseCommand):
    help = "Seal every secret of the database under the present SECRET_KEY (old ones in SECRET_KEY_FALLBACKS)."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for model in apps.get_models():
            seals: dict[str, Seal] = getattr(model, "SEALED", {})
            if not seals:
                continue
            done, lost = _reseal(model, seals)
            broken += lost
            self.stdout.write(f"{model._meta.verbose_name_plural}: {done} sealed anew, {lost} cannot be opened.")
        if broken:
            raise CommandError(f"{broken} secrets were sealed under a key that is not in SECRET_KEY_FALLBACKS.")


@transaction.atomic
def _reseal(model: type[Model], seals: dict[str, Seal]) -> tuple[int, int]:
    done = lost = 0
    for row in model._default_manager.select_for_update():
        try:
            for field, seal in seals.items():
                setattr(row, field, seal.reseal(getattr(row, field)))
        except SealBrokenError:
            lost += 1
            continue
        row.save(update_fields=list(seals))
        done += 1
    return done, lost
