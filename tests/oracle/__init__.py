"""An independent, slow reference computation, and random events to compare with it.

Written from the pages on events, conventions and Douyin's rule set 2022 alone, with nothing but
the standard library: no line is shared with the package under test.
"""
