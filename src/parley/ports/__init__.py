"""Ports: the narrow doors through which the rooms reach the world."""
