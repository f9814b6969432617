"""Levels frozen before each session, and what became of them."""
