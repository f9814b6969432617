"""The market and the own record the positions' tests trade in."""

from tests.positions.conftest import at, market, own

__all__ = ["at", "market", "own"]
