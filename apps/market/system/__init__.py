"""How the desk itself is doing: parts, sources, budgets, duties, sockets, errors."""
