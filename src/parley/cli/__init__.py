"""Cli: the commands. They talk to the running node through its local API; only `init` and `serve` do not."""
