"""The scorecard of the levels: what was frozen before the open, and how often such levels held."""
