"""Option chains, quotes, prices, sensitivities, simulation, strikes and expirations."""
