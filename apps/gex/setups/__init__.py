"""What to do about the levels: the game plan, the setups, and how far price may go."""
