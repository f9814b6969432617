"""What embedded services raise: one line that says what is wrong and what to do next."""


class EmbeddedError(RuntimeError):
    """An embedded service cannot run here. The message is meant for the person at the terminal."""
