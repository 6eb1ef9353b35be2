"""How well a source column fits a contract column: by its name and its values."""

from dataclasses import dataclass

from oncohort.contract import Column as ContractColumn
from oncohort.contract import extract_tables
from oncohort.onboard.column_profile import MOSTLY, Column
from oncohort.onboard.known_names import WHEN, Home, NameMatch, name_match, tokens

ACCEPTED, NAMED, STRONG = 0.62, 0.55, 0.85
# where the values alone may tell, whatever the column is called
_BY_CONTENT = {("treatments", "drug"), ("adverse_events", "term"), ("patients", "sex"),
               ("assessments", "response"), ("biomarkers", "marker"),
               ("contacts", "vital_status"), ("milestones", "milestone")}  # fmt: skip
# more different numbers than this are measured, not codes
_MANY_CODES = 30
# code lists of names: a yes or no is none
_NAMING = {"drug", "adverse_event_term", "organ"}
_WEAK_NUMBERS = {"id", "record id", "record no", "编号", "identifiant", "study id"}


@dataclass(frozen=True)
class Pair:
    """A source column for a contract column, how sure and why."""

    home: Home
    column: Column
    score: float
    name: NameMatch
    content: str = ""

    def __hash__(self) -> int:
        """Hash by identity of the column."""
        return hash((self.home, self.column.source))


def scored(column: Column, home: Home) -> Pair | None:
    """Return the pair if name and contents speak enough for it."""
    names = [column.name, *column.labels]
    matches = [name_match(name, home) for name in names]
    # a label is a longer text than a name, and so less sure
    ranked = [
        NameMatch(m.score * (1 if i == 0 else 0.97), m.known)
        for i, m in enumerate(matches)
    ]
    name = max(ranked, key=lambda match: match.score)
    if home.column == WHEN:
        fits, said = (0.0, "") if column.known_share("yes_no") > MOSTLY else (-1, "")
    else:
        wanted = extract_tables()[home.table].column(home.column)
        fits, said = _content(column, wanted)
    score = name.score + fits if name.score >= NAMED else 0.0
    if not score and (home.table, home.column) in _BY_CONTENT and not home.given:
        score = 0.64 if fits >= 0.3 and len(column.counts) > 1 else 0.0
        name = NameMatch()
    if "other" in tokens(column.name):
        score -= 0.05
    if not column.n_values:
        score = name.score - 0.05
        said = "no values"
    return Pair(home, column, min(score, 1.2), name, said) if score > ACCEPTED else None


def _content(column: Column, wanted: ContractColumn) -> tuple[float, str]:
    """Return how far the values fit a contract column, from -1 to 0.35, and why."""
    if wanted.type == "date":
        if column.date_share >= MOSTLY:
            return 0.15, f"{column.date_share:.0%} dates"
        if column.integer_share >= MOSTLY:
            return 0.05, "whole numbers: serials or days"
        return (-0.1, "some dates") if column.date_share >= 0.3 else (-0.7, "no dates")
    if wanted.type in ("number", "integer"):
        share = column.number_share
        if column.date_share >= MOSTLY and column.number_share < 0.5:
            return -0.7, "dates"
        said = f"{share:.0%} numbers"
        return (0.1, said) if share >= MOSTLY else (-0.3 * (1 - share), said)
    if wanted.type == "code":
        return _coded(column, wanted.code_list)
    if wanted.name != "record_no" and column.date_share >= MOSTLY:
        return -0.5, "dates"
    return 0.0, ""


def _coded(column: Column, code_list: str) -> tuple[float, str]:
    """Return how far the values fit a code list, and why."""
    share = column.known_share(code_list)
    said = f"{share:.0%} of its words are known"
    if share >= 0.5:
        return (0.05 if code_list == "yes_no" else 0.35) * share, said
    if column.date_share >= MOSTLY:
        return -0.7, "dates"
    if column.number_share >= MOSTLY and len(column.counts) > _MANY_CODES:
        return -0.7, "measurements"
    if code_list in _NAMING and column.known_share("yes_no") >= MOSTLY:
        return -0.7, "yes or no"
    return -0.2 * (1 - share), said


def assigned(pairs: list[Pair]) -> dict[str, Pair]:
    """Return contract column -> pair: each column once, the total score the highest."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    if not pairs:
        return {}
    wanted = list(dict.fromkeys(pair.home.column for pair in pairs))
    sources = list(dict.fromkeys(pair.column.source for pair in pairs))
    scores = np.zeros((len(wanted), len(sources)))
    at = {}
    for pair in pairs:
        place = wanted.index(pair.home.column), sources.index(pair.column.source)
        if pair.score > scores[place]:
            # the earlier of two equal columns
            scores[place] = pair.score - 1e-4 * place[1] / len(sources)
            at[place] = pair
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return {
        wanted[row]: at[row, column]
        for row, column in zip(rows, columns, strict=True)
        if (row, column) in at
    }


def record_no_of(columns: list[Column]) -> Column | None:
    """Return the column of record numbers: the surest name, then the most numbers."""
    found = []
    for column in columns:
        pair = scored(column, Home("patients", "record_no"))
        if pair:
            sure = pair.name.score - 0.1 * (pair.name.known in _WEAK_NUMBERS)
            n_numbers = len(column.counts)
            found.append(
                (n_numbers > 1 or column.n_values < 2, sure, n_numbers, column)
            )
    return max(found, key=lambda one: one[:3])[3] if found else None
