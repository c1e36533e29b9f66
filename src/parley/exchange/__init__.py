"""Exchange: what each side can show that the other side knows.

`ladder` moves one version of a notice, `phase` the activity, `stop` a STOP: each is one table.
`thread` holds a notice with its versions and what stands beside it, `read_back` compares, `due` tells
what is overdue. Pure: no clock, disk or wire, and blind to whose side it is on.
"""
