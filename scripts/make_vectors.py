# ruff: noqa: INP001 - a script, not a package
"""Make all vectors again from the code: vectors/wire here, vectors/merkle by its own script.

Run: python scripts/make_vectors.py [directory]

The bytes are the same each time: the keys are test keys from fixed seeds, and Ed25519 has no randomness.
"""

import sys
from pathlib import Path

import make_merkle_vectors
import wire_vectors

OUT = Path(__file__).resolve().parent.parent / "vectors"


def main() -> None:
    """Write the files, and remove those that are no longer made."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    for room, made in (("wire", wire_vectors.vectors()), ("merkle", make_merkle_vectors.vectors())):
        folder = out / room
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.txt"):
            if old.name not in made:
                old.unlink()
        for name, content in made.items():
            (folder / name).write_bytes(content)
        sys.stdout.write(f"{len(made)} vectors in {folder}\n")


if __name__ == "__main__":
    main()
