"""The engines against recorded cases of the old program: `make parity`."""
