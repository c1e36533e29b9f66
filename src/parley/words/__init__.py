"""Words: the frozen values that Parley speaks in, and their codes.

One word, one meaning (docs/life-of-a-notice.md lists them). Nothing here computes, reads a clock or
touches a disk. Angles are integers in nanodegrees on WGS 84, lengths in millimetres, times in UTC
milliseconds since 1970-01-01T00:00Z, so that a value has exactly one form on the wire.
"""
