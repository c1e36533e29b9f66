"""Exercises: scenarios from public facts, played by real nodes. Always marked EXERCISE."""
