"""The Plans tab: daily, weekly and monthly plans of the old desk's rules, shown, printed and downloaded."""
