"""What was: the session so far, the last days beside SPY, and the history of the levels."""
