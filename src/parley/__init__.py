"""Parley: a deconfliction line.

The rooms and the path that data takes through them are told in docs/life-of-a-notice.md.
"""

__version__ = "0.1.0"
