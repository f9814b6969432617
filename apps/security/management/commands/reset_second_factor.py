"""For a trader who lost the phone and the recovery codes."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.security.factors import forget_all


class Command(BaseCommand):
    help = "Remove all second factors of a user, who then logs in by the password alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="The name the user logs in with.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        removed = forget_all(user)
        self.stdout.write(f"{removed} second factor{'' if removed == 1 else 's'} of {user.username} removed.")
