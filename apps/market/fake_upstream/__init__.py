"""A local stand-in for the market's services: their wire formats and their failures, over one simulated market."""
