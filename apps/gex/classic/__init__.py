"""The old program's levels, profile chart and comparisons with the session before, beside the desk's own."""
