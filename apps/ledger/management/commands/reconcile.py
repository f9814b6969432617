"""manage.py reconcile: does the ledger follow from its fills?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ledger.models import Account, Fill
from apps.ledger.reconciling import differences


class Command(BaseCommand):
    help = "Compute cash, positions and P&L again from the fills, and compare. Ends with 1 on any difference."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(differences())
        for difference in found:
            self.stderr.write(str(difference))
        if found:
            raise CommandError(f"{len(found)} differences. Nothing was changed.")
        accounts, fills = Account.objects.count(), Fill.objects.count()
        self.stdout.write(f"{accounts} accounts with {fills} fills: everything follows from them.")
