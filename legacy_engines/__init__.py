"""Every calculation of the old program, exact to its specification and free of Django, databases and clocks of its own.

Modules are named by domain; the old module names (`core_classes_and_engines`, `autonomous_paper_trader` ...) re-export
them. What an engine needs from outside (clock, HTTP, prices, storage) is a small protocol in `ports` and `storage`.
"""
