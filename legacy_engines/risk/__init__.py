"""How much to risk and what it came to: sizing, limits, portfolio, scenarios, post mortem."""
