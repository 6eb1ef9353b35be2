"""A person's `site.yml` or a draft as (file, sheet, table, column, source)."""

from pathlib import Path

from oncohort.onboard.draft import draft_yaml
from oncohort.onboard.run import plans_of
from oncohort.receive.sent_files import matches
from oncohort.receive.site_config import read_site


def pairs_of(folder: Path, files: dict[str, Path]) -> set[tuple[str, ...]]:
    """Return every contract column that a `site.yml` takes from a source column."""
    return {
        (name, config.sheet or "", entry.table, column, source)
        for config in read_site(folder, folder.name).files
        for name in files
        if matches(name, config.match)
        for entry in config.tables
        for column, wanted in entry.columns.items()
        for source in wanted.sources
    }


def drafted_pairs(files: dict[str, Path], folder: Path) -> set[tuple[str, ...]]:
    """Return the same of a draft for these files, written into a folder."""
    folder.mkdir(parents=True)
    plans, left = plans_of(files)
    text = draft_yaml(folder.name, "en", plans, left)
    (folder / "site.yml").write_text(text, encoding="utf-8")
    return pairs_of(folder, files)
