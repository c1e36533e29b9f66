"""Wire: words <-> signed bytes, strictly. One value has exactly one byte form.

`jcs` writes and checks canonical JSON, `dsse` the envelope, `message` a message, `document` the
papers and frames beside it, `rules` the names of what can be wrong. docs/protocol.md is normative.
"""
