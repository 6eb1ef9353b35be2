"""Who bench/cohort_polars.py takes: resistance, index line, measurable disease."""

from datetime import date

import polars as pl
from polars_records import ADEQUATE, END_OF_TIME, Records, day_of, days, rows_of


def resistances(data: Records, drugs: pl.LazyFrame) -> pl.LazyFrame:
    """The first resistance to trastuzumab."""
    early = (
        data.treatments.filter(pl.col("drug") == "trastuzumab")
        .join(data.metastatic, on="patient")
        .filter(pl.col("from_on") < pl.col("metastatic_on"))
        .select("patient", "from_on", "to_on")
    )
    exposed = early.group_by("patient").agg(first_on=pl.col("from_on").min())
    recurred = (
        data.diagnoses.filter(
            pl.col("diagnosis").is_in(["local_recurrence", "metastatic"])
        )
        .join(exposed, on="patient")
        .filter(pl.col("on_day") > pl.col("first_on"))
        .group_by("patient")
        .agg(pl.col("on_day").min())
    )
    adjuvant = (
        recurred.join(early, on="patient")
        .filter(pl.col("from_on") < pl.col("on_day"))
        .group_by("patient", "on_day")
        .agg(pl.col("to_on").max())
        .filter(pl.col("on_day") <= pl.col("to_on").dt.offset_by("12mo"))
        .select("patient", "on_day", line=pl.lit(0), code=pl.lit("primary"))
    )
    failed = (
        drugs.filter(pl.col("drug") == "trastuzumab")
        .join(data.progressions, on="patient")
        .filter(
            (pl.col("on_day") > pl.col("from_on"))
            & (pl.col("on_day") <= pl.col("next_on"))
        )
        .group_by("patient", "line", "from_on", "to_on")
        .agg(failed_on=pl.col("on_day").min())
        .filter(days("failed_on", "to_on") <= 28)
    )
    looks = data.scans.filter(
        pl.col("is_scan")
        & ~pl.col("is_brain")
        & pl.col("response").is_in([*ADEQUATE, "PD"])
    )
    first = (
        failed.join(looks, on="patient")
        .filter(
            (pl.col("on_day") > pl.col("from_on"))
            & (pl.col("on_day") <= pl.col("failed_on"))
        )
        .group_by("patient", "line", "on_day")
        .agg(is_pd=(pl.col("response") == "PD").any())
        .group_by("patient", "line")
        .agg(pl.col("is_pd").sort_by("on_day").first())
    )
    is_soon = pl.col("failed_on") <= pl.col("from_on").dt.offset_by("3mo")
    code = (
        pl.when(~pl.col("is_pd"))
        .then(pl.lit("secondary"))
        .when(is_soon)
        .then(pl.lit("primary"))
        .otherwise(pl.lit("cannot tell"))
    )
    metastatic = failed.join(first, on=["patient", "line"], how="left").select(
        "patient", pl.col("line").cast(pl.Int32), on_day="failed_on", code=code
    )
    united = pl.concat([adjuvant, metastatic.select(adjuvant.collect_schema().names())])
    ordered = united.sort("patient", "on_day", "line")
    return ordered.group_by("patient", maintain_order=True).agg(
        resisted_on=pl.col("on_day").first(), resistance=pl.col("code").first()
    )


def index_lines(drugs: pl.LazyFrame, resisted: pl.LazyFrame) -> pl.LazyFrame:
    """The first LX or TBP line after resistance whose time zero is in the window."""

    def start(of: pl.Expr, how: str) -> pl.Expr:
        return getattr(pl.col("from_on").filter(of), how)()

    name, group = pl.col("drug"), pl.col("drug_class")
    composed = drugs.group_by("patient", "line", "anchor_on").agg(
        lapatinib=start(name == "lapatinib", "max"),
        capecitabine=start(name == "capecitabine", "max"),
        trastuzumab=start(name == "trastuzumab", "max"),
        chemotherapy=start(group == "chemotherapy", "min"),
        not_lx=start((group == "anti_her2") & (name != "lapatinib"), "min"),
        not_tbp=start((group == "anti_her2") & (name != "trastuzumab"), "min"),
    )

    def later(one: str, other: str) -> pl.Expr:
        is_both = pl.col(one).is_not_null() & pl.col(other).is_not_null()
        return pl.when(is_both).then(pl.max_horizontal(one, other))

    timed = composed.with_columns(
        lx_on=later("lapatinib", "capecitabine"),
        tbp_on=later("trastuzumab", "chemotherapy"),
    )
    is_lx = pl.col("lx_on") < pl.col("not_lx").fill_null(END_OF_TIME)
    is_tbp = pl.col("tbp_on") < pl.col("not_tbp").fill_null(END_OF_TIME)
    arm = pl.when(is_lx).then(pl.lit("LX")).when(is_tbp).then(pl.lit("TBP"))
    zero = pl.when(pl.col("arm") == "LX").then("lx_on").otherwise("tbp_on")
    return (
        timed.with_columns(arm=arm)
        .with_columns(zero_on=zero)
        .join(resisted, on="patient")
        .filter(
            pl.col("arm").is_not_null()
            & (pl.col("resistance") != "cannot tell")
            & (pl.col("anchor_on") >= pl.col("resisted_on"))
            & pl.col("zero_on").is_between(date(2010, 5, 1), date(2017, 10, 31))
        )
        .sort("patient", "line")
        .unique("patient", keep="first", maintain_order=True)
        .select("patient", "line", "arm", "anchor_on", "zero_on", "resistance")
    )


def measurable(data: Records, index: pl.LazyFrame) -> pl.LazyFrame:
    """Patients with a measurable lesion at baseline."""
    irradiated = (
        data.procedures.join(index, on="patient")
        .filter(
            (pl.col("procedure") == "radiotherapy")
            & pl.col("is_cns")
            & (pl.col("on_day") < pl.col("zero_on"))
        )
        .group_by("patient")
        .agg(irradiated_on=pl.col("on_day").max())
    )
    grown = (
        data.progressions.join(index, on="patient")
        .filter((pl.col("kind") == "cns") & (pl.col("on_day") <= pl.col("zero_on")))
        .group_by("patient")
        .agg(grown_on=pl.col("on_day").max())
    )
    size = (
        pl.when(pl.col("is_node").fill_null(False))
        .then(pl.col("short_axis_mm").cast(pl.Float64) >= 15)
        .otherwise(pl.col("longest_diameter_mm").cast(pl.Float64) >= 10)
    )
    is_large = (pl.col("is_measurable") == "yes").fill_null(False)
    is_large |= size.fill_null(False)
    is_grown = (pl.col("grown_on") > pl.col("irradiated_on")).fill_null(False)
    is_fit = (
        pl.when(pl.col("organ") == "bone")
        .then((pl.col("has_soft_tissue") == "yes").fill_null(False))
        .when(pl.col("is_cns") & pl.col("irradiated_on").is_not_null())
        .then(is_grown)
        .otherwise(True)
    )
    return (
        rows_of(data.extracts, "lesions")
        .join(index, on="patient")
        .with_columns(on_day=day_of("assessed_on"))
        .filter(days("zero_on", "on_day").is_between(0, 56))
        .join(data.organs, left_on="organ", right_on="organ_code", how="left")
        .join(irradiated, on="patient", how="left")
        .join(grown, on="patient", how="left")
        .filter(is_large & is_fit)
        .select("patient")
        .unique()
    )


def eligible(data: Records, index: pl.LazyFrame) -> pl.LazyFrame:
    """Patients who meet every criterion."""
    zero, on_day = pl.col("zero_on"), pl.col("on_day")
    is_fish = (pl.col("method") == "fish") & (pl.col("result") == "positive")
    her2 = data.markers.join(index, on="patient").filter(
        (pl.col("marker") == "her2")
        & (on_day <= zero)
        & ((pl.col("score") == "3+") | is_fish)
    )
    other = data.treatments.join(index, on="patient").filter(
        (pl.col("drug_class") == "anti_her2")
        & (pl.col("drug") != "trastuzumab")
        & (pl.col("from_on") < pl.col("anchor_on"))
    )
    cns = data.metastases.join(index, on="patient").filter(
        pl.col("is_cns") & (on_day <= zero)
    )
    treated = data.procedures.join(index, on="patient").filter(
        pl.col("is_cns")
        & (on_day < zero)
        & pl.col("procedure").is_in(["radiotherapy", "surgery"])
    )
    untreated = cns.join(treated, on="patient", how="anti")
    women = rows_of(data.extracts, "patients").filter(pl.col("sex") == "female")
    facts = women.select(
        "patient",
        "birth_on",
        "menopausal_status",
        menopausal_on=day_of("menopausal_status_on"),
    )
    return (
        index.filter(pl.col("line") <= 3)
        .join(facts, on="patient")
        .join(her2, on="patient", how="semi")
        .join(other, on="patient", how="anti")
        .join(untreated, on="patient", how="anti")
        .join(measurable(data, index), on="patient", how="semi")
    )
