#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL or REDIS_URL it joins (or starts) the embedded services."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alphagex.settings")
    from alphagex.embedded.services import ensure_environment

    ensure_environment()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
