"""Calculations that lived in the old program's pages (legacy pages, C-1 to C-17, those no engine had)."""
