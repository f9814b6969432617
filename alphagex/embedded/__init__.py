"""PostgreSQL and Redis out of Python wheels, for machines where neither is installed."""
