"""`oncohort onboard`: from the files of a new site to a draft of its `site.yml`."""

import datetime
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from oncohort.errors import ConfigError, DeliveryRefused
from oncohort.onboard.choose import chosen
from oncohort.onboard.conditions import conditions
from oncohort.onboard.draft import draft_yaml
from oncohort.onboard.families import dictionary_of, parts, with_families
from oncohort.onboard.known_names import Home, name_match
from oncohort.onboard.left_over import leftovers
from oncohort.onboard.look import Look, format_of, looks
from oncohort.onboard.match_tables import Matches
from oncohort.onboard.plan import Plan, set_formats
from oncohort.receive.verdict import Verdict
from oncohort.workspace import Workspace, is_hidden

_SITE = re.compile(r"[a-z0-9_]+")
# about another disease or another person
_OTHERS = re.compile(
    r"other.?malignan|prior.?(cancer|malignan)|famil|既往肿瘤|家族", re.I
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def onboard(
    workspace: Workspace,
    path: Path,
    site: str | None = None,
    language: str | None = None,
    say: Callable[[str], None] = print,
) -> Path:
    """Write a draft of `sites/<site>/site.yml` for the files at a path; try it.

    Raises
    ------
    ConfigError
        If there is no file, the site's name is none, or it has a `site.yml` already.
    """
    path = path.expanduser()
    files = _files(path)
    site = site or _site_of(path)
    if not _SITE.fullmatch(site):
        raise ConfigError(
            f"`{site}` is no name of a site",
            "name it with --site, in lower-case letters, digits and _",
        )
    target = workspace.root / "sites" / site / "site.yml"
    if target.exists() or site in workspace.site_dirs():
        raise ConfigError(
            f"`{site}` has a site.yml already; it is never overwritten",
            "give another name with --site, or move the file away",
            file=workspace.relative(target),
        )
    plans, left = plans_of(files)
    if not any(plan.entries for plan in plans):
        raise ConfigError(
            "no file holds a table that the contract knows:\n" + "\n".join(left),
            "write site.yml by hand (docs/site_yml.md)",
            file=path,
        )
    text = draft_yaml(site, language or _language(plans), plans, left)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8") as file:
        file.write(text)
    _report(workspace, target, plans, left, say)
    for line in _tried(target, site, files):
        say(line)
    return target


def _files(path: Path) -> dict[str, Path]:
    """Return name -> path of the files that may hold data."""
    if path.is_file():
        return {path.name: path}
    if not path.is_dir():
        raise ConfigError("there is no such file or folder", "check it", file=path)
    found = {
        file.relative_to(path).as_posix(): file
        for file in sorted(path.rglob("*"))
        if file.is_file()
        and not any(map(is_hidden, file.relative_to(path).parts))
        and file.resolve().is_relative_to(path.resolve())
    }
    if not found:
        raise ConfigError("the folder holds no file", "put the files there", file=path)
    return found


def _site_of(path: Path) -> str:
    """Return a site's name after the folder, or the one above a delivery's date."""
    folder = path.resolve() if path.is_dir() else path.resolve().with_suffix("")
    name = folder.parent.name if _DATE.fullmatch(folder.name) else folder.name
    name = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return name or "new_site"


def plans_of(files: dict[str, Path]) -> tuple[list[Plan], list[str]]:
    """Return a plan for each file, sheet or instrument, and what is left over."""
    plans: list[Plan] = []
    left: list[str] = []
    dictionary = dictionary_of(files.values())
    labels = dictionary.labels if dictionary else {}
    forms = dictionary.forms if dictionary else {}
    for name, path in files.items():
        if dictionary and path == dictionary.path:
            continue
        if format_of(path) is None:
            left.append(f"{name}: not looked at, no format that `receive` reads")
            continue
        try:
            coded = dictionary.path if dictionary and format_of(path) == "csv" else None
            for look in looks(path, name, labels, coded):
                if coded:
                    _use_dictionary(look, files, coded)
                plans += [_planned(part) for part in parts(look, forms)]
        except DeliveryRefused as refusal:
            left.append(f"{name}: cannot be read: {refusal.message}")
    left += dict.fromkeys(
        f"{plan.look.shown}: {one}" for plan in plans for one in plan.left
    )
    return plans, left


def _planned(look: Look) -> Plan:
    """Return the plan of one look: dates, decimals and conditions settled."""
    entries = _entries(look)
    plan = Plan(look, entries, left=list(look.raw.left))
    if not entries:
        names = ", ".join(column.name[:40] for column in look.columns[:12])
        plan.left.append(
            f"no table was recognised, or none has the record numbers of patients; its "
            f"columns are: {names}"
        )
        return plan
    set_formats(plan)
    for number, entry in enumerate(entries):
        plan.conditions[number] = conditions(plan, entry)
    plan.left += leftovers(plan)
    return plan


def _use_dictionary(look: Look, files: dict[str, Path], path: Path) -> None:
    name = next(name for name, file in files.items() if file == path)
    look.raw.set("dictionary", name, "a REDCap data dictionary: choices have labels")


def _entries(look: Look) -> list:
    about = [column for column in look.columns if not _OTHERS.search(column.name)]
    if len(about) < 0.75 * len(look.columns):
        look.raw.left.append("looks like other malignancies or the family: left out")
        return []
    columns = with_families(about, "dictionary" in look.raw.settings)
    stem = Path(look.file.removesuffix(".gz")).stem
    names = [*look.topics, look.sheet or stem, stem]
    return chosen(Matches(columns, names, _share_of_own_numbers(look)))


def _share_of_own_numbers(look: Look) -> float:
    """Return distinct record numbers per row; 1 if no column looks like one."""
    home = Home("patients", "record_no")
    best = max(look.columns, key=lambda c: name_match(c.name, home).score, default=None)
    if best is None or not best.n_values:
        return 1.0
    return len(best.counts) / best.n_values


def _language(plans: list[Plan]) -> str:
    names = "".join(column.name for plan in plans for column in plan.look.columns)
    return "zh" if re.search(r"[\u4e00-\u9fff]", names) else "en"


def _report(workspace, target: Path, plans: list[Plan], left: list[str], say) -> None:
    for plan in plans:
        tables = ", ".join(dict.fromkeys(entry.table for entry in plan.entries))
        n_used = len({pair.column.source for _, _, pair in plan.pairs()})
        say(
            f"{plan.look.shown}: {plan.look.n_rows} rows, {n_used} of "
            f"{len(plan.look.columns)} columns -> {tables or 'no table'}"
        )
    say(f"wrote {workspace.relative(target)}")
    say("left for a person:")
    for one in left or ["nothing"]:
        say(f"  - {one}")


def _tried(target: Path, site: str, files: dict[str, Path]) -> list[str]:
    """Receive the files by the draft into a workspace that is thrown away."""
    from oncohort.identity import PUBLIC_TEST_KEY
    from oncohort.receive.configuration import land_configuration
    from oncohort.receive.delivery import receive_delivery
    from oncohort.receive.run import prepare

    with tempfile.TemporaryDirectory(prefix="oncohort-") as folder:
        trial = Workspace(folder)
        prepare(trial)
        os.makedirs(trial.root / "sites" / site)
        shutil.copyfile(target, trial.root / "sites" / site / "site.yml")
        delivery = trial.extracts / site / datetime.date.today().isoformat()
        for name, path in files.items():
            copy = delivery / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        sites, _ = land_configuration(trial)
        config = sites[site]
        if isinstance(config, ConfigError):
            return ["tried: the draft is not valid yet", *str(config).splitlines()]
        verdict = receive_delivery(trial, delivery, config, PUBLIC_TEST_KEY)
        return _trial_lines(verdict)


def _trial_lines(verdict: Verdict) -> list[str]:
    """Return the trial's verdict: rows per file, one unreadable date per column."""
    said = [f"tried, nothing kept: {verdict.status}"]
    for problem in verdict.problems:
        said += [f"  {line}" for line in str(problem).splitlines()]
    for report in verdict.files:
        sheet = f" [{report.sheet}]" if report.sheet else ""
        counts = ", ".join(
            f"{report.total(f'n_{count}'):,} {words}"
            for count, words in (
                ("rows_landed", "landed"),
                ("rows_refused", "refused"),
                ("values_unreadable", "unreadable values"),
            )
        )
        said.append(
            f"  {report.file}{sheet}: {report.n_rows_read:,} rows read, {counts}"
        )
        firsts = {error.column: error for error in reversed(report.unreadable)}
        said += [
            f"    unreadable in line {error.line}: {column}"
            for column, error in firsts.items()
        ]
    return said
