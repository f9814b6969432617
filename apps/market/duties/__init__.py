"""What this desk does by itself, once per moment it is due, however many workers tick."""
