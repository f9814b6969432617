"""What backup and restore raise: one line that says what is wrong and what to do next."""


class BackupError(Exception):
    """A backup cannot be made, opened or restored. The message is meant for the person at the terminal."""
