"""Who is in the cohort."""

from datetime import date

from oncohort.analysis.results import ALL, Place, Result


def cohort_summary(
    place: Place,
    per_arm: dict[str, int],
    flags: dict[str, dict[str, int]],
    n_sites: int | None,
    starts: tuple[date, date] | None,
) -> list[Result]:
    """Patients in all and per arm, hospitals, first and last month of the start.

    Parameters
    ----------
    place : Place
        Study, analysis, population, source.
    per_arm : dict of str to int
        Patients per arm.
    flags : dict of str to dict
        Per yes/no column the patients with yes, per arm.
    n_sites : int or None
        Hospitals with at least one patient; None if the plan names no column.
    starts : pair of date or None
        First and last start; None if the plan names no column.

    Returns
    -------
    list of Result
        Variables `patients`, `sites`, `accrual`, and one per flag (level `yes`).
    """
    sizes = {**per_arm, ALL: sum(per_arm.values())}
    results = [
        place.at(variable="patients", arm=arm).count("n", n, sizes[ALL])
        for arm, n in sizes.items()
    ]
    for flag, yes in flags.items():
        for arm, size in sizes.items():
            n = sum(yes.values()) if arm == ALL else yes.get(arm, 0)
            here = place.at(variable=flag, level="yes", arm=arm)
            results.append(here.count("n", n, size))
    if n_sites is not None:
        method = "count of hospitals with at least one patient in the cohort"
        sites = place.at(variable="sites")
        results.append(sites.count("n", n_sites, method=method, unit="hospitals"))
    if starts is not None:
        method = "earliest and latest start among patients of the cohort"
        accrual = place.at(variable="accrual")
        for name, day in zip(("first_month", "last_month"), starts, strict=True):
            month = f"{day:%B %Y}"
            results.append(accrual.number(name, None, "month", method, text=month))
    return results
