"""Dealer gamma exposure from a raw chain: pure numpy, no Django, no network, no clock."""
