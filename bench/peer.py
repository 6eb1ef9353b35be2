"""One peer in a process of its own: a line in, one run, a line of JSON out.

    python peer.py PEER CASE FOLDER SMALL_FOLDER

The small data warm it up (imports, compiled code). What a run is given is in the form
that the peer takes; making that form is not timed. `profile` asks for a profile.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from peers import PEERS, AbsentError, Data


def columns(folder: str) -> Data:
    """Columns of a folder; whole numbers as integers."""
    found = {path.stem: np.fromfile(path) for path in sorted(Path(folder).glob("*.f8"))}
    return {
        name: each.astype(np.int64) if (each == np.floor(each)).all() else each
        for name, each in found.items()
    }


def memory(field: str) -> float | None:
    """Return MB of this process now (VmRSS) or at most (VmHWM); Linux only."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    found = status.read_text().split(f"{field}:")[1].split()[0]
    return int(found) / 1024


def measured(run: Callable[[], Any], read: Callable[[Any], dict]) -> dict[str, Any]:
    """Run once."""
    if before := memory("VmRSS"):
        Path("/proc/self/clear_refs").write_text("5")
    cpu, start = time.process_time(), time.perf_counter()
    made = run()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    added = None if before is None else memory("VmHWM") - before
    values = {n: np.asarray(v, float).tolist() for n, v in read(made).items()}
    return {"wall": wall, "cpu": cpu, "added_mb": added, "values": values}


def profile(run: Callable[[], Any]) -> dict[str, Any]:
    """Functions by their own time in one run, of which it is the share."""
    import cProfile
    import pstats

    with cProfile.Profile() as profiler:
        run()
    stats = pstats.Stats(profiler)
    rows = sorted(stats.stats.items(), key=lambda row: -row[1][2])[:8]
    return {
        "profile": [
            [name if file == "~" else f"{Path(file).stem}.{name}", own / stats.total_tt]
            for (file, _, name), (_, _, own, _, _) in rows
        ]
    }


def main() -> None:
    """Answer until the input ends."""
    peer, case, folder, small = sys.argv[1:]
    warnings.simplefilter("ignore")
    answer, sys.stdout = sys.stdout, sys.stderr
    package = {"oncohort-engine": "oncohort"}.get(peer, peer)

    def say(what: dict[str, Any]) -> None:
        print(json.dumps(what), file=answer, flush=True)

    try:
        run, read = PEERS[peer](case, columns(small))
        read(run())
    except ImportError as error:
        return say({"absent": f"not installed ({error})"})
    except AbsentError as error:
        return say({"absent": str(error)})
    run, read = PEERS[peer](case, columns(folder))
    say({"version": version(package)})
    for line in sys.stdin:
        say(profile(run) if line.strip() == "profile" else measured(run, read))


if __name__ == "__main__":
    main()
