"""Who is in the cohort: patients per arm, hospitals, months of the start."""

from collections import Counter
from collections.abc import Iterator

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import Place, Result, with_all
from oncohort.analysis.store import StudyTables


def cohort_summary(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Variables `patients`, `sites`, `accrual`, and one per flag (level `yes`)."""
    where = (analysis.population, analysis.table)
    per_arm = {each.value: 0 for each in plan.arms}
    sizes = with_all(per_arm | data.counts(None, analysis).get(None, {}))
    for name, size in sizes.items():
        yield place.at(variable="patients", arm=name).count("n", size, sizes["all"])
    for flag in analysis.flags:
        yes = with_all(data.counts(flag, analysis).get(True, Counter()))
        for name, size in sizes.items():
            here = place.at(variable=flag, level="yes", arm=name)
            yield here.count("n", yes.get(name, 0), size)
    if analysis.site:
        ((n_sites,),) = data.select(f'count(distinct "{analysis.site}")', *where)
        method = "count of hospitals with at least one patient in the cohort"
        sites = place.at(variable="sites")
        yield sites.count("n", n_sites, method=method, unit="hospitals")
    if analysis.start:
        name = f'"{analysis.start}"'
        (span,) = data.select(f"min({name}), max({name})", *where)
        method = "earliest and latest start among patients of the cohort"
        for statistic, day in zip(("first_month", "last_month"), span, strict=True):
            if day is not None:
                text, here = f"{day:%B %Y}", place.at(variable="accrual")
                yield here.number(statistic, None, "month", method, text=text)
