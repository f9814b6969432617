"""Bring the database up to date before the processes start: migrations, owner account, schedule."""

import os


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alphagex.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_owner")
    call_command("sync_schedule")


if __name__ == "__main__":
    main()
