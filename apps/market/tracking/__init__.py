"""Gamma tracking and correlation tracking: what the old program could compute and never called, kept up here."""

from apps.market.tracking.weekly_view import week

__all__ = ["week"]
