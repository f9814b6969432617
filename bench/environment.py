"""Services and a database of the bench's own, so that measuring touches nobody's data."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BENCH_DIR = Path(__file__).resolve().parent.parent / ".alphagex" / "bench"


@contextmanager
def prepared() -> Iterator[None]:
    """Start PostgreSQL and Redis (unless the environment names them), set Django up and bring the schema up to date."""
    os.environ["ENVIRONMENT"] = "test"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alphagex.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    from alphagex.embedded.services import embedded_services

    with embedded_services(BENCH_DIR) as variables:
        os.environ.update(variables)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield


def session_cookie() -> str:
    """Return the cookie header of a logged-in user."""
    from django.contrib.auth.models import User
    from django.test import Client

    user, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True})
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"
