"""The checks that every plugin passes; they need the package to be installed."""

from shopscore.testing.conformance import PluginConformance


class TestXiaohongshu(PluginConformance):
    plugin = "xiaohongshu"
    minimum = 18
