"""The tables that bench/cohort_polars.py asks for, scanned by polars, dates read."""

from datetime import date
from pathlib import Path

import polars as pl

END_OF_TIME = date(9999, 12, 31)
ADEQUATE = ["CR", "PR", "SD", "NON_CR_NON_PD"]


def day_of(name: str) -> pl.Expr:
    """A date that may be known to the month or the year: mid-period."""
    text, length = pl.col(name), pl.col(name).str.len_bytes()
    text = pl.when(length == 7).then(text + "-15").otherwise(text)
    text = pl.when(length == 4).then(pl.col(name) + "-07-01").otherwise(text)
    return text.str.to_date("%Y-%m-%d")


def rows_of(extracts: Path, table: str) -> pl.LazyFrame:
    """One table of all hospitals; `patient` is hospital and record number."""
    frames = []
    for path in sorted(extracts.glob(f"*/*/{table}.csv")):
        site, sent_on = path.parts[-3], date.fromisoformat(path.parts[-2])
        frame = pl.scan_csv(path, infer_schema=False)
        key = pl.lit(f"{site}/") + pl.col("record_no")
        frames.append(frame.with_columns(key.alias("patient"), sent_on=pl.lit(sent_on)))
    return pl.concat(frames)


def days(later: str, earlier: str) -> pl.Expr:
    """Days between two dates."""
    return (pl.col(later) - pl.col(earlier)).dt.total_days()


class Records:
    """The tables that the rules ask for, dates read."""

    def __init__(self, extracts: Path, seeds: Path) -> None:
        """Scan; nothing is read yet, but the tables used often are kept."""
        drugs = pl.read_csv(seeds / "drugs.csv").lazy()
        regimens = pl.read_csv(seeds / "regimen_drugs.csv").lazy()
        organs = pl.read_csv(seeds / "organs.csv").lazy()
        self.extracts, self.organs = extracts, organs
        rows = rows_of(extracts, "diagnoses")
        self.diagnoses = rows.select(
            "patient", "diagnosis", "stage", on_day=day_of("diagnosed_on")
        )
        dated = rows_of(extracts, "treatments").with_columns(
            from_on=day_of("started_on"), to_on=day_of("ended_on")
        )
        expanded = dated.join(
            regimens, left_on="drug", right_on="regimen_code", how="left"
        ).with_columns(drug_code=pl.coalesce("drug_code", "drug"))
        ongoing = pl.col("to_on").is_null() & (pl.col("is_ongoing") == "yes")
        self.treatments = (
            expanded.join(drugs, on="drug_code")
            .select(
                "patient",
                "drug_class",
                "from_on",
                drug="drug_code",
                to_on=pl.when(pl.col("to_on") >= pl.col("from_on"))
                .then("to_on")
                .when(ongoing)
                .then("sent_on")
                .otherwise("from_on"),
            )
            .collect()
            .lazy()
        )
        no_scan = ["clinical_examination", "pathology", "other"]
        self.scans = (
            rows_of(extracts, "assessments")
            .join(organs, left_on="region", right_on="organ_code", how="left")
            .select(
                "patient",
                "modality",
                "response",
                "has_new_lesion",
                on_day=day_of("assessed_on"),
                is_scan=~pl.col("modality").is_in(no_scan).fill_null(False),
                is_brain=pl.col("is_cns").fill_null(False),
            )
            .collect()
            .lazy()
        )
        self.metastases = (
            rows_of(extracts, "metastases")
            .join(organs, left_on="organ", right_on="organ_code", how="left")
            .select(
                "patient", "metastatic_site_group", "is_cns",
                on_day=day_of("detected_on"),
            )
            .collect()
            .lazy()
        )  # fmt: skip
        self.milestones = rows_of(extracts, "milestones").select(
            "patient", "milestone", on_day=day_of("occurred_on")
        )
        self.procedures = (
            rows_of(extracts, "procedures")
            .join(organs, left_on="region", right_on="organ_code", how="left")
            .select(
                "patient",
                "procedure",
                on_day=day_of("started_on"),
                is_cns=pl.col("is_cns").fill_null(False),
            )
        )
        self.markers = rows_of(extracts, "biomarkers").select(
            "patient", "marker", "result", "score", "method", on_day=day_of("tested_on")
        )
        self.metastatic = (
            self.diagnoses.filter(pl.col("diagnosis") == "metastatic")
            .group_by("patient")
            .agg(metastatic_on=pl.col("on_day").min())
            .collect()
            .lazy()
        )
        self.progressions = self._progressions().collect().lazy()

    def _progressions(self) -> pl.LazyFrame:
        is_new = pl.col("response").is_null() & (pl.col("has_new_lesion") == "yes")
        seen = self.scans.filter(
            pl.col("is_scan") & ((pl.col("response") == "PD") | is_new)
        )
        kind = pl.when("is_brain").then(pl.lit("cns")).otherwise(pl.lit("scan"))
        first = self.metastases.filter("is_cns").group_by("patient")
        clinical = self.milestones.filter(pl.col("milestone") == "clinical_progression")
        return pl.concat(
            [
                seen.select("patient", "on_day", kind=kind),
                first.agg(pl.col("on_day").min(), kind=pl.lit("cns")),
                clinical.select("patient", "on_day", kind=pl.lit("clinical")),
            ]
        )
