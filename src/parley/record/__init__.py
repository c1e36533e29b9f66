"""Record: the append-only, tamper-evident log of the messages sent and received on a line.

Pure: no clock, disk, randomness or network; bytes and values in, bytes and values out.
`merkle` is the tree, `note` the signature form, `checkpoint` a head, `entry` one leaf, and `audit`
verifies a whole record. Verification raises `errors.RecordError`; it never returns a bool.
"""
