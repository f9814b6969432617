"""Alert rules under their old module name."""

from legacy_engines.setups.alert_rules import Alert, AlertManager, alert_figures, create_alert_presets, monitor_messages

__all__ = ["Alert", "AlertManager", "alert_figures", "create_alert_presets", "monitor_messages"]
