"""Its import raises."""

PLUGIN_API = 1

raise RuntimeError("no connection to the imaginary server")
