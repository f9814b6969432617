"""Which trade the gamma picture asks for: detection, game plan, scanner, strategy ranking, alert rules."""
