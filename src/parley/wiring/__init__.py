"""Wiring: where a node is put together. The only room that opens adapters."""
