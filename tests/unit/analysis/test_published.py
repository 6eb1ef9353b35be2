import pytest

from oncohort.analysis.published import Erratum, Printed, published_vs_ours
from oncohort.analysis.results import Key, Place, printed


def result(value, unit="ratio", n=None, denominator=None, text="text"):
    place = Place(Key("s", "a"), "s.cohort", 1)
    return place.number("x", value, unit, "m", n, denominator, text)


def compared(print_as, ours, quantity="p_value", errata=(), result_id="id"):
    row = Printed("figure", "Table 1", quantity, print_as, result_id, "")
    results = {} if ours is None else {"id": ours}
    (found,) = published_vs_ours("s", [row], errata, results)
    return found


def erratum(kind="arithmetic", recomputed="0.231", ids="figure"):
    return Erratum("e1", "0.213", recomputed, "digits transposed", kind, ids)


@pytest.mark.parametrize(
    ("print_as", "quantity", "ours", "verdict"),
    [
        # counts are exact
        ("554", "n", result(554), "match"),
        ("554", "n", result(553), "mismatch"),
        ("eight", "n_sites", result(8), "match"),
        # shares round at the printed digits; a tie may have gone either way
        ("12.5", "pct", result(100 * 32 / 255, "%", 32, 255), "match"),
        ("12.6", "pct", result(100 * 32 / 255, "%", 32, 255), "mismatch"),
        ("0.1", "pct", result(0.15, "%", 15, 10000), "match"),
        ("0.2", "pct", result(0.15, "%", 15, 10000), "match"),
        ("9", "pct", result(100 * 27 / 299, "%", 27, 299), "match"),
        ("6.77", "median_pfs_months", result(6.768, "months"), "match"),
        ("5.6", "median_pfs_months", result(5.66, "months"), "mismatch"),
        # ratios and their limits may differ by 0.001
        ("0.7955", "hazard_ratio", result(0.7953), "match"),
        ("0.6632", "hr_ci_low", result(0.6621), "mismatch"),
        # P to the printed digits; '<' is an upper bound
        ("0.12", "p_value", result(0.1197), "match"),
        ("0.014", "p_value", result(0.0139), "match"),
        ("0.014", "p_value", result(0.0134), "mismatch"),
        ("<0.001", "p_value", result(0.00002), "match"),
        ("<0.001", "p_value", result(0.001), "mismatch"),
        # texts are equal or not
        ("May 2010", "date", result(None, "month", text="May 2010"), "match"),
        ("May 2010", "date", result(None, "month", text="June 2010"), "mismatch"),
    ],
)
def test_each_quantity_has_its_rule(print_as, quantity, ours, verdict):
    assert compared(print_as, ours, quantity).verdict == verdict


def test_an_erratum_excuses_only_the_number_it_gives():
    ours = result(0.2311, "probability")
    found = compared("0.213", ours, errata=[erratum()])
    assert found.verdict == "known erratum"
    assert "digits transposed" in found.reason
    assert found.difference == pytest.approx(0.0181)

    # another number than print and erratum is no known erratum
    assert compared("0.213", result(0.4), errata=[erratum()]).verdict == "mismatch"
    # an erratum that calls the print right excuses nothing
    for kind in ("method", "label", "passed"):
        found = compared("0.213", ours, errata=[erratum(kind)])
        assert found.verdict == "mismatch"
    # nor does one that names other figures
    other = erratum(ids="table1.age.p")
    assert compared("0.213", ours, errata=[other]).verdict == "mismatch"


def test_a_match_stays_a_match_though_an_erratum_names_it():
    assert compared("0.213", result(0.2131), errata=[erratum()]).verdict == "match"


def test_what_has_no_result_is_not_yet():
    found = compared("0.5", None)
    assert (found.verdict, found.ours, found.difference) == ("not yet", None, None)
    assert "id" in found.reason


def test_ours_is_shown_at_the_printed_precision():
    assert compared("5.6", result(5.618, "months"), "median_x").ours == "5.6"
    assert compared("0.001", result(0.00002, "probability")).ours == "<0.001"
    assert compared("15", result(15.47, "months"), "median_x").ours == "15"


def test_numbers_are_printed_by_their_unit():
    assert printed(0.00042, "probability") == "<0.001"
    assert printed(0.0139, "probability") == "0.014"
    assert printed(12.549, "%") == "12.5"
    assert printed(0.125, "ratio") == "0.13"
    assert printed(6.768, "months", 2) == "6.77"
    assert printed(None, "months") == "not reached"
    assert printed(None, "probability") == "not estimable"


def test_parts_of_keys_are_whole():
    for part in ("a.b", ""):
        with pytest.raises(ValueError, match="empty or has a dot"):
            Place(Key("s", part), "s.cohort", 1).count("n", 1)
