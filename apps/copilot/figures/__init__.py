"""Figures of an answer, checked against those it was given. Pure: text and facts in, marks out."""
