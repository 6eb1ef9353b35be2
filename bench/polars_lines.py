"""Treatment lines of bench/cohort_polars.py: courses of drugs, anchors, lines."""

import polars as pl
from polars_records import END_OF_TIME, Records, days


def episodes(treatments: pl.LazyFrame) -> pl.LazyFrame:
    """Uninterrupted courses of a line-opening drug."""
    over = ["patient", "drug"]
    covered = pl.col("to_on").cast(pl.Int32).cum_max().shift(1).over(over)
    gap = pl.col("from_on").cast(pl.Int32) - covered
    is_first = (gap > 28).fill_null(True).cast(pl.Int32)
    return (
        treatments.filter(pl.col("drug_class").is_in(["chemotherapy", "anti_her2"]))
        .sort("patient", "drug", "from_on", "to_on")
        .with_columns(is_first=is_first)
        .with_columns(episode=pl.col("is_first").cum_sum().over(over))
        .group_by(*over, "episode")
        .agg(
            pl.col("drug_class").first(),
            pl.col("from_on").min(),
            pl.col("to_on").max(),
        )
    )


def anchors(data: Records, courses: pl.LazyFrame) -> pl.LazyFrame:
    """First day of each line and of the next."""
    before = pl.col("to_on").shift(1).over("patient", "drug")
    dated = (
        courses.sort("patient", "drug", "episode")
        .with_columns(before_on=before)
        .join(data.metastatic, on="patient")
        .filter(pl.col("from_on") >= pl.col("metastatic_on"))
        .select("patient", "from_on", "before_on")
    )
    is_free = pl.col("before_on").is_null() | (days("from_on", "before_on") > 90)
    progressed = dated.join(data.progressions, on="patient").filter(
        pl.col("on_day").is_between(pl.col("before_on"), pl.col("from_on"))
    )
    openers = (
        pl.concat([frame.select("patient", "from_on") for frame in
                   (dated.filter(is_free), progressed)])
        .unique()
        .collect()
        .lazy()
    )  # fmt: skip
    failed = (
        openers.join(data.progressions, on="patient")
        .filter(pl.col("on_day") > pl.col("from_on"))
        .group_by("patient", "from_on")
        .agg(failed_on=pl.col("on_day").min())
    )
    is_next = (days("later_on", "from_on") > 28) | (
        pl.col("later_on") >= pl.col("failed_on")
    ).fill_null(False)
    later = openers.select("patient", later_on="from_on")
    following = (
        openers.join(failed, on=["patient", "from_on"], how="left")
        .join(later, on="patient")
        .filter((pl.col("later_on") > pl.col("from_on")) & is_next)
        .group_by("patient", "from_on")
        .agg(next_on=pl.col("later_on").min())
    )
    chained = openers.join(following, on=["patient", "from_on"], how="left").collect()
    found, line = [], 1
    step = chained.group_by("patient").agg(pl.col("from_on").min())
    while step.height:
        step = step.join(chained, on=["patient", "from_on"])
        found.append(step.with_columns(line=pl.lit(line)))
        step = step.filter(pl.col("next_on").is_not_null()).select(
            "patient", from_on="next_on"
        )
        line += 1
    next_on = pl.col("next_on").fill_null(END_OF_TIME)
    named = pl.concat(found).lazy()
    return named.select("patient", "line", next_on, anchor_on="from_on")


def line_drugs(
    data: Records, courses: pl.LazyFrame, lines: pl.LazyFrame
) -> pl.LazyFrame:
    """Drugs of each line, with their first and last day in it."""
    line = ["patient", "line", "anchor_on", "next_on"]
    opened = (
        lines.join(
            courses, left_on=["patient", "anchor_on"], right_on=["patient", "from_on"]
        )
        .group_by(line)
        .agg(openers_to=pl.col("to_on").max())
    )
    given = data.treatments.select(
        "patient", "drug", anchor_on="from_on", is_given=True
    ).unique()
    begun = pl.col("from_on") >= pl.col("anchor_on")
    joins = (pl.col("from_on") < pl.col("next_on")) & (
        days("from_on", "anchor_on") <= 28
    )
    goes_on = (pl.col("to_on") > pl.col("anchor_on")) & (
        pl.col("to_on") >= pl.col("openers_to")
    )
    carried = pl.col("to_on") >= pl.col("anchor_on")
    carried &= (
        pl.col("is_given").fill_null(False)
        | (days("to_on", "anchor_on") > 14)
        | goes_on
    )
    placed = (
        opened.join(courses, on="patient")
        .join(given, on=["patient", "drug", "anchor_on"], how="left")
        .filter(pl.when(begun).then(joins).otherwise(carried))
        .select(*line, "drug", "drug_class", placed_on="from_on")
    )
    spans = courses.select("patient", "drug", "from_on", "to_on")
    return (
        placed.join(spans, on=["patient", "drug"])
        .filter(
            (pl.col("from_on") >= pl.col("placed_on"))
            & (pl.col("from_on") < pl.col("next_on"))
        )
        .group_by(*line, "drug")
        .agg(
            pl.col("drug_class").first(),
            from_on=pl.max_horizontal("placed_on", "anchor_on").min(),
            to_on=pl.col("to_on").max(),
        )
    )
