"""Which patient is meant: an id, the beginning of one, or a site's record number."""

from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError
from oncohort.explain.facts import rows

_SHOWN = 10
_BY_ID = """
select patient_id, site_id from core.patients where starts_with(patient_id, {text})
"""
_BY_NUMBER = """
select distinct patient_id, site_id
from read_parquet({files}, hive_partitioning = false)
where record_no = {text} or (site_id = {site} and record_no = {number})
"""


def find_patient(connection: Any, landing: Path, text: str) -> tuple[str, str]:
    """Return the patient's id and site.

    Raises
    ------
    ConfigError
        If nobody, or more than one patient is meant.
    """
    text = text.strip()
    by_id = _found(connection, _BY_ID, text=text) if text else []
    is_whole = text in [patient_id for patient_id, _ in by_id]
    by_number = [] if is_whole else _by_number(landing, text)
    found = sorted({*by_id, *by_number})
    if len(found) == 1:
        _refuse_unpublished(connection, *found[0])
        return found[0]
    if found:
        raise _ambiguous(text, found, {row for row, _ in by_number})
    remedy = "give the patient_id, its first characters, or the site's record number"
    if not list((landing / "patients").glob("site=*/*/*.parquet")):
        remedy += "; without the landing zone a record number cannot be looked up"
    raise ConfigError("no such patient is published", remedy, value=text)


def _by_number(landing: Path, text: str) -> list[tuple[str, str]]:
    import duckdb

    files = landing / "patients" / "*" / "*" / "*.parquet"
    if not list(landing.glob("patients/*/*/*.parquet")):
        return []
    site, _, number = text.partition(":")
    wanted = {"text": text, "site": site, "number": number}
    with duckdb.connect() as reader:
        return _found(reader, _BY_NUMBER, files=files.as_posix(), **wanted)


def _found(connection: Any, query: str, **values: str) -> list[tuple[str, str]]:
    return [tuple(row.values()) for row in rows(connection, query, **values)]


def _refuse_unpublished(connection: Any, patient_id: str, site_id: str) -> None:
    if not _found(connection, _BY_ID, text=patient_id):
        raise ConfigError(
            f"{site_id} sent this patient, but the publication does not hold them",
            "the newest delivery may have dropped the patient, or it is not published "
            "yet: run `oncohort refresh`",
            value=patient_id,
        )


def _ambiguous(text: str, found: list, with_number: set[str]) -> ConfigError:
    named = [
        f"{patient_id} ({site_id}{', by record number' * (patient_id in with_number)})"
        for patient_id, site_id in found[:_SHOWN]
    ]
    more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    return ConfigError(
        f"{len(found):,} patients are meant: {', '.join(named)}{more}",
        "give more of the patient_id, or SITE:NUMBER such as "
        f"`{found[0][1]}:{text}` for a record number",
        value=text,
    )
