"""Written for a contract of the future: importing it would fail, and must not be tried."""

from shopscore import NotThereYet

PLUGIN_API = 99

NotThereYet()
