"""The cohort of bench/cohort.sql in polars: the same rules, the same rows.

Run as a program: folder of extracts, folder of seeds, Parquet file to write. Lazy
frames throughout, so that polars reads only the columns and rows it needs.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl
from polars_eligibility import eligible, index_lines, resistances
from polars_lines import anchors, episodes, line_drugs
from polars_records import ADEQUATE, Records, day_of, days, rows_of


def years(born: pl.Expr, today: pl.Expr) -> pl.Expr:
    """Completed years."""

    def in_year(day: pl.Expr) -> pl.Expr:
        return day.dt.month().cast(pl.Int32) * 100 + day.dt.day().cast(pl.Int32)

    is_before = in_year(today) < in_year(born)
    return today.dt.year() - born.dt.year() - is_before.cast(pl.Int32)


def age_group() -> pl.Expr:
    """Below 50 or from 50 on; unknown where a partial birth date allows both."""
    text, length = pl.col("birth_on"), pl.col("birth_on").str.len_bytes()
    first = pl.when(length == 7).then(text + "-01").otherwise(text)
    first = pl.when(length == 4).then(text + "-01-01").otherwise(first).str.to_date()
    last = pl.when(length == 7).then(first.dt.month_end()).otherwise(first)
    last = pl.when(length == 4).then(first.dt.offset_by("1y").dt.offset_by("-1d"))
    last = last.otherwise(
        pl.when(length == 7).then(first.dt.month_end()).otherwise(first)
    )
    zero = pl.col("zero_on")
    return (
        pl.when(years(last, zero) >= 50)
        .then(pl.lit("ge50"))
        .when(years(first, zero) < 50)
        .then(pl.lit("lt50"))
        .otherwise(pl.lit("unknown"))
    )


def follow_up(data: Records, chosen: pl.LazyFrame) -> pl.LazyFrame:
    """How progression-free survival ends."""
    called = rows_of(data.extracts, "contacts").filter(pl.col("vital_status") == "dead")
    deaths = pl.concat(
        [
            data.milestones.filter(pl.col("milestone") == "death").select(
                "patient", "on_day"
            ),
            called.select("patient", on_day=day_of("contact_on")),
        ]
    )
    scans = data.scans.filter(
        pl.col("is_scan") & ~pl.col("is_brain") & pl.col("response").is_in(ADEQUATE)
    )
    examined = data.scans.filter(
        (pl.col("modality") == "clinical_examination")
        & (pl.col("response") == "NO_PROGRESSION")
    )
    parts = [
        frame.select("patient", "on_day", rank=pl.lit(rank))
        for rank, frame in enumerate((data.progressions, deaths, scans, examined))
    ]
    return (
        pl.concat(parts)
        .join(chosen, on="patient")
        .filter(
            (pl.col("on_day") > pl.col("zero_on"))
            & (pl.col("on_day") <= date(2019, 9, 30))
        )
        .group_by("patient")
        .agg(
            event_on=pl.col("on_day").filter(pl.col("rank") <= 1).min(),
            scan_on=pl.col("on_day").filter(pl.col("rank") == 2).max(),
            seen_on=pl.col("on_day").filter(pl.col("rank") == 3).max(),
        )
        .select(
            "patient",
            is_event=pl.col("event_on").is_not_null(),
            end_on=pl.coalesce("event_on", "scan_on", "seen_on"),
        )
    )


def cohort(extracts: Path, seeds: Path) -> pl.DataFrame:
    """The cohort, columns as in bench/cohort.sql."""
    data = Records(extracts, seeds)
    courses = episodes(data.treatments).collect().lazy()
    drugs = line_drugs(data, courses, anchors(data, courses)).collect().lazy()
    index = index_lines(drugs, resistances(data, drugs)).collect().lazy()
    chosen = eligible(data, index).collect().lazy()
    known = pl.col("on_day") <= pl.col("zero_on")
    markers = data.markers.join(chosen, on="patient").filter(
        pl.col("marker").is_in(["er", "pr"]) & known
    )
    is_clear = pl.col("result").is_in(["positive", "negative"])
    receptors = markers.group_by("patient").agg(
        is_positive=(pl.col("result") == "positive").any(),
        n_known=pl.col("marker").filter(is_clear).n_unique(),
    )
    group = pl.col("metastatic_site_group")
    organs = ("lung", "liver", "bone", "brain", "other")
    extents = (
        data.metastases.join(chosen, on="patient")
        .filter(known)
        .group_by("patient")
        .agg(
            n_sites=group.drop_nulls().n_unique(),
            **{f"has_{organ}": (group == organ).any() for organ in organs},
        )
    )
    stages = (
        data.diagnoses.join(chosen, on="patient")
        .filter((pl.col("diagnosis") == "primary") & known)
        .group_by("patient")
        .agg(is_stage_i=pl.col("stage").is_in(["I", "IA", "IB"]).any())
    )
    status = pl.col("menopausal_status")
    is_unknown = status.is_null() | (pl.col("menopausal_on") > pl.col("zero_on"))
    menopause = (
        pl.when(is_unknown.fill_null(False))
        .then(pl.lit("unknown"))
        .when(status == "perimenopausal")
        .then(pl.lit("premenopausal"))
        .otherwise(status)
    )
    receptor = (
        pl.when("is_positive")
        .then(pl.lit("positive"))
        .when(pl.col("n_known") == 2)
        .then(pl.lit("negative"))
        .otherwise(pl.lit("unknown"))
    )
    joined = chosen
    for frame in (receptors, extents, stages, follow_up(data, chosen)):
        joined = joined.join(frame, on="patient", how="left")
    has = [pl.col(f"has_{organ}").fill_null(False) for organ in organs]
    return joined.select(
        "patient",
        "arm",
        "line",
        "zero_on",
        "resistance",
        pl.col("is_stage_i").fill_null(False),
        pl.col("n_sites").fill_null(0),
        *has,
        age_group=age_group(),
        menopausal_status=menopause,
        hr_status=receptor,
        pfs_days=days("end_on", "zero_on").fill_null(1),
        is_pfs_event=pl.col("is_event").fill_null(False),
    ).collect()


if __name__ == "__main__":
    cohort(Path(sys.argv[1]), Path(sys.argv[2])).write_parquet(sys.argv[3])
