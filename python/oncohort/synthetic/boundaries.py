"""Which eligible patients lie exactly on an edge of a rule."""

from collections.abc import Callable

from oncohort.synthetic.journey import Wish

Test = Callable[[Wish], bool]


def _plain(w: Wish) -> bool:
    """Leave out patients whose brain decides when they were treated."""
    return "brain" not in w.organs


def _after_index(w: Wish) -> bool:
    """Progression that leaves room for contacts soon after treatment."""
    return w.arm == "LX" and w.is_event and w.best != "NE" and _plain(w)


def _prior(w: Wish) -> bool:
    return w.line > 1 and _plain(w)


# Name of the edge, number of patients, who can lie on it.
BOUNDARIES: tuple[tuple[str, int, Test], ...] = (
    ("relapse_during_trastuzumab", 3, lambda w: w.line == 1 and w.arm == "LX"),
    ("relapse_during_trastuzumab", 3, lambda w: w.line == 1 and w.arm == "TBP"),
    ("event_on_cutoff", 2, lambda w: w.is_event and w.pfs_days >= 700 and _prior(w)),
    ("event_after_cutoff", 4, lambda w: not w.is_event and w.pfs_days > 430),
    ("adjuvant_end_29_february", 1,
     lambda w: w.line == 1 and _plain(w)),
    ("adjuvant_exactly_12_months", 5, lambda w: w.line == 1 and _plain(w)),
    ("local_recurrence_first", 4, lambda w: w.line == 1 and _plain(w)),
    ("radiotherapy_day_before_metastatic", 2,
     lambda w: w.line == 1 and w.has("rt_adjuvant")),
    ("adjuvant_12_months_and_a_day", 5,
     lambda w: w.line > 1 and w.has("adjuvant_trastuzumab")),
    ("brain_radiotherapy_day_before", 4,
     lambda w: w.organs != ["brain"] and not _plain(w) and not w.has("brain_surgery")),
    ("window_first_day", 3, _prior),
    ("window_last_day", 2, lambda w: _prior(w) and w.pfs_days < 650),
    ("window_last_day_late_partner", 2,
     lambda w: w.line > 1 and w.arm == "LX" and _plain(w) and w.pfs_days < 650),
    ("tbp_before_window", 4, lambda w: w.line == 3 and _plain(w)),
    ("primary_3_months_clipped", 3, lambda w: _prior(w) and w.resistance == "primary"),
    ("primary_3_months_no_scan", 3, lambda w: _prior(w) and w.resistance == "primary"),
    ("primary_3_months", 3, lambda w: _prior(w) and w.resistance == "primary"),
    ("secondary_within_3_months", 4,
     lambda w: _prior(w) and w.resistance == "secondary"),
    ("progression_28_days_after_end", 4,
     lambda w: _prior(w) and w.resistance == "secondary"),
    ("stopped_14_days_after", 3, lambda w: w.line == 3 and _plain(w)),
    ("chemo_break_90_days", 2,
     lambda w: w.line == 2 and _plain(w) and w.resistance == "secondary"),
    ("chemo_break_91_days", 2,
     lambda w: w.line == 3 and _plain(w) and w.resistance == "secondary"),
    ("lx_trastuzumab_stops_14_days", 3,
     lambda w: w.line == 2 and w.arm == "LX" and _plain(w)),
    ("carried_over_15_days", 2, lambda w: w.line == 2 and w.arm == "TBP" and _plain(w)),
    ("capecitabine_carried_over", 4,
     lambda w: w.line == 2 and w.arm == "LX" and _plain(w) and w.pfs_days > 40),
    ("partner_28_days", 3, lambda w: w.arm == "LX" and _prior(w) and w.pfs_days > 60),
    ("partner_28_days", 4, lambda w: w.arm == "TBP" and _plain(w) and w.pfs_days > 60),
    ("further_partner_28_days", 3, lambda w: len(w.partners) > 1 and w.pfs_days > 90),
    ("extra_chemo_29_days", 3, lambda w: w.arm == "TBP" and w.pfs_days > 100),
    ("line_opens_on_metastatic_day", 2,
     lambda w: w.line == 1 and _plain(w) and not w.has("hormonal_metastatic")
     and not w.has("rt_metastatic")),
    ("lesion_10_mm", 3, lambda w: "lung" in w.organs),
    ("recorded_as_measurable", 2, lambda w: "lung" in w.organs),
    ("node_15_mm", 3, lambda w: "other" in w.organs),
    ("lesion_56_days", 3, _prior),
    ("metastasis_on_time_zero", 3, lambda w: len(w.organs) > 1 and _plain(w)),
    ("brain_scan_on_pfs_day", 4,
     lambda w: w.has("cns_evaluable") and not w.has("cns_new") and _plain(w)),
    ("brain_scan_on_time_zero", 3,
     lambda w: w.has("cns_evaluable") and not w.has("cns_new") and _plain(w)),
    ("brain_scan_day_after_pfs", 4, lambda w: not w.has("cns_evaluable")),
    ("brain_scan_day_before_zero", 3, lambda w: not w.has("cns_evaluable")),
    ("safety_contact_day_29", 3,
     lambda w: _after_index(w) and not w.has("safety_evaluable")),
    ("safety_contact_day_28", 3,
     lambda w: _after_index(w) and w.has("safety_evaluable")
     and not any(w.adverse.values())),
    ("ae_day_28", 2, lambda w: _after_index(w) and w.adverse["diarrhoea"] == 1),
    ("ae_day_29", 2,
     lambda w: _after_index(w) and w.has("safety_evaluable")
     and not w.adverse["diarrhoea"]),
    ("age_50_on_time_zero", 3, lambda w: w.age == "ge50"),
    ("age_50_day_after", 3, lambda w: w.age == "lt50"),
    ("menopause_on_time_zero", 2, lambda w: w.menopause == "pre"),
    ("her2_on_time_zero", 2, _prior),
    ("hormones_on_time_zero", 3,
     lambda w: w.hr == "positive" and not w.has("hormonal_metastatic")),
    ("radiotherapy_on_time_zero", 3,
     lambda w: not w.has("rt_metastatic") and _plain(w)),
    ("radiotherapy_on_metastatic_day", 2,
     lambda w: w.has("rt_metastatic") and _prior(w)),
    ("second_candidate", 10, lambda w: w.arm == "LX" and w.is_event and _prior(w)
     and w.pfs_days < 300),
)  # fmt: skip


def placed_on_edges(wishes: dict[str, Wish]) -> dict[str, str]:
    """Give each edge its patients, first come first served.

    Parameters
    ----------
    wishes : dict of str to Wish
        The eligible patients.

    Returns
    -------
    dict of str to str
        Name of the edge by patient; most patients lie on none.

    Raises
    ------
    ValueError
        If an edge finds too few patients.
    """
    chosen: dict[str, str] = {}
    for name, count, is_able in BOUNDARIES:
        able = [p for p, w in wishes.items() if p not in chosen and is_able(w)]
        if len(able) < count:
            raise ValueError(f"only {len(able)} patients for edge {name}")
        chosen |= dict.fromkeys(able[:count], name)
    return chosen
