"""Node: the use cases. One transaction = record + state + courier row.

Every use case is a function of a transaction, of who we are (`Own`), of what is asked, and of the
time: it reads no clock, sends nothing and decides nothing about delivery.
"""
