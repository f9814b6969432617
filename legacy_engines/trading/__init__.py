"""Paper and autonomous trading: decisions, exits, accounts, positions, journal and performance figures."""
