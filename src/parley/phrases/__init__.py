"""Phrases: phrase books (data), and codes rendered in the language of the reader."""
