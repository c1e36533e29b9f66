"""Config: where a node's files lie, and its settings. Exclusions are enforced when they are read."""
