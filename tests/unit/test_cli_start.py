"""How fast a command starts: a STOP typed at the command line must not wait for arithmetic it does not need."""

import subprocess
import sys

HEAVY = ("numpy", "pyproj", "httpx", "litestar", "uvicorn", "cryptography", "apprise", "numba", "sqlite3")


def test_no_command_loads_at_its_start_what_only_some_need() -> None:
    asked = f"import parley.cli.main, sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
