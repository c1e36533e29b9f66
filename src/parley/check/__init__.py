"""Check: compares a volume with the private picture and with other notices.

Pure: the index comes through a port, the picture and the time as arguments. It finds; it never ranks
what could be struck, only what must be kept apart, and "clear" is never a word alone.
"""
