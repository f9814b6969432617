"""What came over from the old program: every row as it was, what could not be taken and why, and tables without a home.

Old tables that a feature of the desk has under its name live with that feature; here are those nobody else has.
"""

from apps.legacy_import.models.kept import ImportedFile, ImportedRow, OldSetting, QuarantinedRow
from apps.legacy_import.models.old_tables import GexHistory, Performance

__all__ = ["GexHistory", "ImportedFile", "ImportedRow", "OldSetting", "Performance", "QuarantinedRow"]
