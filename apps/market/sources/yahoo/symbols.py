"""How Yahoo spells what the desk calls SPX or BRK.B."""

from apps.market.sources.cboe import INDEXES, plain_symbol


def yahoo_symbol(symbol: str) -> str:
    """Return Yahoo's spelling: ^SPX for an index, BRK-B for a class of shares, SPY. Raises UnknownSymbol.

    The S&P 500 is ^SPX for prices too: ^GSPC has the same prices and no options.
    """
    plain = plain_symbol(symbol)
    return f"^{plain}" if plain in INDEXES else plain.replace(".", "-")


def is_index(symbol: str) -> bool:
    """Return whether a plain symbol is an index, whose prices the exchange sells and Yahoo shows late."""
    return plain_symbol(symbol) in INDEXES
