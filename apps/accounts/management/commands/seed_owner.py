"""Make the owner's account at the first start, and print its password once."""

from typing import Any

import environ
from django.core.management.base import BaseCommand

from apps.accounts.services import OWNER, seed_owner


class Command(BaseCommand):
    help = "Make the user 'owner' if there is none; ALPHAGEX_OWNER_PASSWORD sets the password."

    def handle(self, *args: Any, **options: Any) -> None:
        seeded = seed_owner(password=environ.Env().str("ALPHAGEX_OWNER_PASSWORD", default=""))
        if seeded.new_password:
            self.stdout.write(f"Login: {OWNER}   Password: {seeded.new_password}   (shown this once; change it inside)")
        elif seeded.is_new:
            self.stdout.write(f"Login: {OWNER}   Password: as set in ALPHAGEX_OWNER_PASSWORD")
