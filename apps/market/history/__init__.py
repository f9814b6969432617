"""What stays of the market: figures by session, series for charts, changes since yesterday, and what is let go."""
