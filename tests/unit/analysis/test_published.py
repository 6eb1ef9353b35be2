import pytest

from oncohort.analysis.published import Erratum, Printed, published_vs_ours
from oncohort.analysis.results import Key, Place, printed
from oncohort.audit.printed import Flag


def result(value, unit="ratio", n=None, denominator=None, text="text"):
    place = Place(Key("s", "a"), "s.cohort", 1)
    return place.number("x", value, unit, "m", n, denominator, text)


def compared(
    print_as, ours, quantity="p_value", flags=(), errata=(), result_id="id", missing=""
):
    row = Printed("figure", "Table 1", quantity, print_as, result_id, missing)
    results = {} if ours is None else {"id": ours}
    (found,) = published_vs_ours("s", [row], flags, errata, results)
    return found


def flag(reason="109/255 against 143/299 gives P 0.23, 0.27, not 0.213", on="figure"):
    return Flag(on, "P from counts", reason)


def erratum(kind="arithmetic", ids="figure"):
    return Erratum("e1", "digits transposed", kind, ids)


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
        # 'ns' is a P not below alpha
        ("ns", "p_value", result(0.05), "match"),
        ("ns", "p_value", result(0.0499), "mismatch"),
        # bands of a table count too, and a definition is equal or not
        ("24", "n_g12", result(25), "mismatch"),
        ("6", "definition_months", result(6.0), "match"),
        ("6", "definition_months", result(6.2), "mismatch"),
        ("third", "line_max", result(3.0), "match"),
        ("third", "line_max", result(4.0), "mismatch"),
        # texts are equal or not
        ("May 2010", "date", result(None, "month", text="May 2010"), "match"),
        ("May 2010", "date", result(None, "month", text="June 2010"), "mismatch"),
    ],
)
def test_each_quantity_has_its_rule(print_as, quantity, ours, verdict):
    assert compared(print_as, ours, quantity).verdict == verdict


def test_only_the_audit_excuses_and_only_the_number_it_gives():
    ours = result(0.2311, "probability")
    found = compared("0.213", ours, flags=[flag()])
    assert found.verdict == "print inconsistent"
    assert "gives P 0.23" in found.reason
    assert found.difference == pytest.approx(0.0181)

    # another number than the print's and the audit's
    assert compared("0.213", result(0.4), flags=[flag()]).verdict == "mismatch"
    # the number refused is not one that is given instead
    assert compared("0.213", result(0.2136), flags=[flag("not 0.213")]).verdict == (
        "mismatch"
    )
    # a flag on another figure
    assert compared("0.213", ours, flags=[flag(on="other")]).verdict == "mismatch"
    # an erratum alone, of any kind: typed in, so it excuses nothing
    for kind in ("arithmetic", "inconsistency", "method", "label", "passed"):
        found = compared("0.213", ours, errata=[erratum(kind)])
        assert found.verdict == "mismatch"


def test_numbers_of_the_audit_may_be_small():
    tiny = result(2.28e-05, "probability")
    reason = "94/255 against 164/299 gives P 2.3e-05, 3.4e-05, 2.7e-05, not 0.001"
    assert compared("0.001", tiny, flags=[flag(reason)]).verdict == "print inconsistent"


def test_an_erratum_adds_words():
    ours = result(0.2311, "probability")
    found = compared("0.213", ours, flags=[flag()], errata=[erratum()])
    assert found.reason.endswith("erratum e1: digits transposed")
    other = erratum(ids="table1.age.p")
    assert "erratum" not in compared("0.213", ours, errata=[other]).reason


def test_a_match_stays_a_match_and_shows_its_flag():
    found = compared("0.231", result(0.2311), flags=[flag()])
    assert found.verdict == "match"
    assert "audit of the print" in found.reason


def test_what_is_not_comparable_says_why():
    found = compared("8–12", None, result_id="", missing="no rule of ours")
    assert (found.verdict, found.reason) == ("not comparable", "no rule of ours")
    # a result that is named must be there
    assert compared("0.5", None, missing="no rule of ours").verdict == "not yet"


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
