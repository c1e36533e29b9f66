"""Picture: a party's private own positions, units and protected sites, in layers, some sealed.

It never leaves: no byte that goes to another party derives from it. Few rooms may import this one
(`check`, `ports`, `adapters`, `node`), and the import rules name them.
"""
