"""Statistics against their peers: one script, one run, writes docs/benchmarks.md.

Each peer is a process of its own for each case and size, warmed up on small data; all
then run in turns, round by round, so that a busy minute falls on all of them. The first
round also measures memory. A peer whose run takes longer than GIVE_UP is given up: for
this size, and larger sizes of the case are not tried.
"""

import argparse
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import numpy as np
from page import Measured, page

ROOT = Path(__file__).parents[1]
OWN_VENV = ROOT / ".venv-bench"
SMALL, SIZES, HUGE = 554, (554, 10_000, 100_000, 1_000_000), 10_000_000
ROUNDS = {SMALL: 21, 10_000: 11, 100_000: 11, 1_000_000: 5, HUGE: 3}
# seconds of one run: beyond, three rounds do; beyond, none
SLOW, FEW, GIVE_UP = 1.0, 3, 90.0
CASES = ("km_logrank", "cox", "cox_continuous", "cox_strata_cluster")
CASES += ("cox_continuous_time",)
OURS = ("oncohort", "oncohort-engine", "duckdb")
PEERS = ("lifelines", "scikit-survival", "statsmodels", "survival", "R")


def made_up(n: int, case: str, folder: Path) -> Path:
    """Write patients as files of doubles: eight covariates, of which one is an age."""
    r = np.random.default_rng(1)
    age = r.normal(58, 11, n)
    data = {
        "arm": r.integers(0, 2, n),
        "age": age if "continuous" in case else np.round(np.clip(age, 20, 95), 1),
        "er": r.integers(0, 2, n),
        "sites": r.integers(1, 6, n),
        "line": r.integers(1, 4, n),
        "res": r.integers(0, 2, n),
        "brain": r.random(n) < 0.15,
        "ecog": r.integers(0, 3, n),
    }
    effect = {"arm": -0.23, "age": 0.01, "er": -0.1, "sites": 0.08, "line": 0.1}
    effect |= {"res": 0.2, "brain": 0.3, "ecog": 0.15}
    risk = sum(effect[name] * values for name, values in data.items()) - 0.58
    died = r.exponential(1, n) * 300 * np.exp(-risk)
    lost = r.uniform(100, 2500, n)
    time = np.minimum(died, lost)
    data["event"] = died <= lost
    data["time"] = time if case == "cox_continuous_time" else np.ceil(time)
    data["site"], data["patient"] = r.integers(0, 8, n), r.integers(0, n // 3, n)
    folder.mkdir()
    for name, values in data.items():
        values.astype(float).tofile(folder / f"{name}.f8")
    return folder


class Worker:
    """A peer's process: started, asked line by line, ended."""

    def __init__(self, peer: str, case: str, folder: Path, small: Path) -> None:
        """Start it; what it says first is its version or why it is absent."""
        here = Path(__file__).parent
        if peer == "R":
            command = [shutil.which("Rscript"), here / "peer.R", case, folder, small]
        else:
            python = sys.executable if peer in OURS else python_of(OWN_VENV)
            command = [python, here / "peer.py", peer, case, folder, small]
        self.first: dict[str, Any] = {"absent": "not installed"}
        self.process = None
        if not command[0] or not Path(command[0]).exists():
            return
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ready(self) -> bool:
        """Wait for its first word."""
        if self.process:
            # it warms up and loads the data
            self.first = self._answer(3 * GIVE_UP) or {"absent": "it did not start"}
        return "absent" not in self.first

    def ask(self, what: str) -> dict[str, Any] | None:
        """Ask for one run; None if it takes too long or ends."""
        try:
            self.process.stdin.write(what + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._answer(GIVE_UP)

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            line = self.process.stdout.readline() if selector.select(seconds) else ""
        return json.loads(line) if line else None

    def end(self) -> None:
        """End the process."""
        if self.process:
            self.process.kill()
            self.process.wait()


def python_of(folder: Path) -> Path:
    """Python of an environment."""
    scripts = "Scripts" if os.name == "nt" else "bin"
    return folder / scripts / "python"


def installed() -> None:
    """Make the peers' environment, once for each lock; a peer may then be absent."""
    lock, mark = ROOT / "requirements-bench.lock", OWN_VENV / "installed.lock"
    if mark.exists() and mark.read_text() == lock.read_text():
        return
    venv.create(OWN_VENV, with_pip=True)
    pip = [python_of(OWN_VENV), "-m", "pip", "install", "-q", "--require-hashes"]
    if subprocess.run([*pip, "-r", lock], check=False).returncode == 0:
        shutil.copy(lock, mark)


def in_turns(
    case: str, n: int, peers: list[str], rounds: int, folder: Path, small: Path
) -> dict[str, Measured]:
    """Run the peers in turns."""
    workers = {peer: Worker(peer, case, folder, small) for peer in peers}
    found: dict[str, Measured] = {}
    for peer, worker in workers.items():
        is_ready = worker.ready()
        first = worker.first
        found[peer] = Measured(first.get("absent"), first.get("version"), [])
        if not is_ready:
            worker.end()
    going = [peer for peer in peers if not found[peer].absent]
    for _ in range(rounds):
        for peer in list(going):
            runs = found[peer].runs
            if len(runs) >= FEW and runs[-1]["wall"] > SLOW:
                continue
            answer = workers[peer].ask("run")
            if answer is None:
                going.remove(peer)
                workers[peer].end()
                why = f"over {GIVE_UP:.0f} s"
                found[peer] = found[peer]._replace(absent=why, runs=[])
            else:
                runs.append(answer)
    for peer in going:
        if peer == "oncohort" and n == SIZES[-1]:
            found[peer] = found[peer]._replace(**workers[peer].ask("profile"))
        workers[peer].end()
    return found


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="554 patients, 2 rounds")
    parser.add_argument("--huge", action="store_true", help="10,000,000 too, ours only")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md")
    asked = parser.parse_args()
    if not asked.quick:
        installed()
    sizes = SIZES[:1] if asked.quick else SIZES + (HUGE,) * asked.huge
    results: dict[tuple[str, int], dict[str, Measured]] = {}
    loads = [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []
    for case in asked.cases:
        # with an age and 7 more covariates there are as many groups as rows
        peers = [
            p for p in (*OURS, *PEERS) if p != "oncohort-engine" or case == CASES[0]
        ]
        for n in sizes:
            with tempfile.TemporaryDirectory() as name:
                small = made_up(SMALL, case, Path(name) / "small")
                folder = made_up(n, case, Path(name) / "data")
                chosen = [p for p in peers if n != HUGE or p in OURS]
                rounds = 2 if asked.quick else ROUNDS[n]
                found = in_turns(case, n, chosen, rounds, folder, small)
            results[case, n] = found
            peers = [peer for peer in chosen if not found[peer].absent]
            if loads:
                loads.append(os.getloadavg()[0])
            print(case, n, {p: f.text() for p, f in found.items()}, flush=True)
            asked.out.write_text(page(results, loads), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
