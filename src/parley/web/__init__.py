"""Web: HTTP at the edge. `peer` is what the other party's node meets, `api` what our own desks meet."""
