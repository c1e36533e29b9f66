"""One node for the benchmark: `parley serve`, with a delay added to each flush if asked for.

The delay stands between the commit and everything that follows from it, on the writer's own thread,
just where a slow disk would hold it up.
"""

import argparse
import sys
import time
from pathlib import Path

import uvloop

from parley.adapters.sqlite_store import SqliteTx
from parley.cli.nodes import SWITCH_S
from parley.config.home import Home
from parley.wiring.running import RunningNode, serve


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--flush-delay-ms", type=float, default=0.0)
    asked = parser.parse_args()
    if asked.flush_delay_ms:
        _slow_down(asked.flush_delay_ms / 1_000)
    sys.setswitchinterval(SWITCH_S)
    uvloop.run(serve(Home(asked.home), passphrase=None, driven_from_ms=None, ready=_ready))


def _slow_down(delay_s: float) -> None:
    fast = RunningNode._after_commit  # noqa: SLF001 - the one place where a commit has just ended

    def slow(self: RunningNode, tx: SqliteTx) -> None:
        time.sleep(delay_s)
        fast(self, tx)

    RunningNode._after_commit = slow  # type: ignore[method-assign] # noqa: SLF001


def _ready(_node: RunningNode) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
