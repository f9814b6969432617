"""Dealer gamma of a chain: exposure by strike, flip, walls, regime, setups, charts."""
