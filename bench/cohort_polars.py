"""The cohort of bench/cohort.sql in polars: the same rules, the same rows.

Run as a program: folder of extracts, folder of seeds, Parquet file to write. Lazy
frames throughout, so that polars reads only the columns and rows it needs.
"""

import sys
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
