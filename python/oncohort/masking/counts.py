"""The counts of a study's results, and the sums that tie them to each other."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from oncohort.analysis.baseline_table import UNKNOWN
from oncohort.analysis.plan import Plan
from oncohort.analysis.results import ALL, OVERALL
from oncohort.analysis.sensitivity import AS_PLANNED
from oncohort.masking.suppression import Counts

Row = dict[str, Any]
PEOPLE = ("patients", "samples")
PARTS = ("population", "variable", "level", "arm", "statistic")


def is_count(row: Row) -> bool:
    """Whether a result counts people, or what was taken from them."""
    value = row["value"]
    return row["unit"] in PEOPLE and value is not None and value == int(value)


class StudyCounts:
    """Counts of a study by name; the same count of two analyses has one name."""

    def __init__(self, plan: Plan, rows: Sequence[Row]) -> None:
        """Name the counts and find their sums."""
        self.plan = plan
        self.names: dict[str, str] = {}
        self.counts = Counts({}, [], set())
        self._seen: set[frozenset] = set()
        self._equal: dict[str, str] = {}
        counted = [row for row in rows if is_count(row)]
        for row in counted:
            self._name(row)
        by_analysis: dict[str, list[Row]] = defaultdict(list)
        for row in counted:
            by_analysis[row["analysis_id"]].append(row)
        kinds = {analysis.id: analysis.kind for analysis in plan.analyses}
        # the widest first: what is hidden there often serves the sums below it
        self._add_flow(counted)
        self._add_parts_of_the_whole(counted)
        for analysis_id, own in by_analysis.items():
            self._add_tables(own, kinds.get(analysis_id, ""))
        self._merge_equal()

    def _name(self, row: Row) -> None:
        parts = [row["source_model"], *(row[part] for part in PARTS)]
        if row["level"] == AS_PLANNED:
            parts[3] = OVERALL
        if row["variable"].startswith("step_") and row["statistic"] != "n_out":
            # who is left after a step enters the next
            step = int(row["variable"].removeprefix("step_"))
            after = step - (row["statistic"] == "n_in")
            parts = ["flow", row["population"], str(after)]
        name, value = ".".join(parts), int(row["value"])
        if self.counts.values.get(name, value) != value:
            name = row["result_id"]
        self.counts.values[name] = value
        self.names[row["result_id"]] = name

    def _add_tables(self, rows: list[Row], kind: str) -> None:
        """Sums within one analysis: arms, levels, known and unknown, events."""
        at = {tuple(row[part] for part in PARTS): self._of(row) for row in rows}
        for (population, variable, level, arm, statistic), name in at.items():
            place = (population, variable, level)
            if arm == ALL:
                arms = [
                    other
                    for key, other in at.items()
                    if key[:3] == place and key[4] == statistic and key[3] != ALL
                ]
                self._add(name, arms)
            if statistic == "n_events" and (*place, arm, "n") in at:
                others = ("n_competing", "n_censored")
                exits = [name, *(at.get((*place, arm, each)) for each in others)]
                self._add(at[*place, arm, "n"], exits)
            total = next(iter(self._wholes(rows[0], population, arm)), None)
            if statistic == "n_without_time" and total:
                self._add(total, [name, at.get((*place, arm, "n"))])
            if statistic == "n_known" and total:
                unknown = at.get((population, variable, UNKNOWN, arm, "n"))
                self._add(total, [name, unknown])
        if kind == "sensitivity":
            self._add_variants(at)
        else:
            self._add_levels(rows[0], at, is_nested=kind == "adverse_events")

    def _wholes(self, row: Row, population: str, arm: str) -> list[str]:
        """Everybody of an arm in the table of a result, whichever analysis says so."""
        names = (
            ".".join((row["source_model"], population, people, OVERALL, arm, "n"))
            for people in PEOPLE
        )
        return [name for name in names if name in self.counts.values]

    def _add_levels(self, row: Row, at: dict[tuple, str], is_nested: bool) -> None:
        """Levels of a variable and who is in none of them, within each arm."""
        levels: dict[tuple, dict[str, str]] = defaultdict(dict)
        for (population, variable, level, arm, statistic), name in at.items():
            if level != OVERALL and statistic in ("n", "n_events"):
                levels[population, variable, arm, statistic][level] = name
        for (population, variable, arm, statistic), own in levels.items():
            whole = [
                *(self._wholes(row, population, arm) if statistic == "n" else ()),
                at.get((population, variable, OVERALL, arm, statistic)),
            ]
            if is_nested and "any" in own:
                any_one = own["any"]
                self._add(any_one, [name for key, name in own.items() if key != "any"])
                own = {"any": any_one}
            for total in filter(None, whole[:1]):
                if not self._add(total, list(own.values())):
                    for name in own.values():
                        self._add(total, [name])

    def _add_variants(self, at: dict[tuple, str]) -> None:
        """A variant's patients are those planned, less who leave, and who enter."""
        sizes: dict[str, dict[str, int]] = defaultdict(dict)
        for (_, variable, level, arm, statistic), name in at.items():
            if variable == "patients" and statistic == "n" and arm != ALL:
                sizes[level][name] = 1
            if variable == "cohort" and statistic in ("n_left", "n_entered"):
                sizes[level][name] = 1 if statistic == "n_left" else -1
        planned = {name: -factor for name, factor in sizes.pop(AS_PLANNED, {}).items()}
        for own in sizes.values():
            balance = planned | own
            if planned and not sum(
                f * self.counts.values[n] for n, f in balance.items()
            ):
                self.counts.balances.append(balance)

    def _add_flow(self, rows: Iterable[Row]) -> None:
        """Steps of the flow: in, out by reason, left; sites."""
        flow = [row for row in rows if row["variable"].startswith("step_")]
        by_place: dict[tuple, dict[str, str]] = defaultdict(dict)
        reasons: dict[tuple, list[str]] = defaultdict(list)
        sites: dict[tuple, dict[str, str]] = defaultdict(dict)
        for row in flow:
            place = (row["population"], row["variable"])
            if row["level"] == OVERALL:
                by_place[place][row["statistic"]] = self._of(row)
            else:
                reasons[place].append(self._of(row))
            what = (row["variable"], row["level"], row["statistic"])
            sites[what][row["population"]] = self._of(row)
        for place, step in by_place.items():
            if {"n_in", "n_out", "n_left"} <= step.keys():
                self._add(step["n_in"], [step["n_out"], step["n_left"]])
            if reasons[place]:
                self._add(step["n_out"], reasons[place])
        for per_site in sites.values():
            if ALL in per_site:
                whole, *only = per_site.pop(ALL), *per_site.values()
                self._add(whole, only)
                if len(only) == 1:
                    self._equal[only[0]] = whole
        self._tie_ends()

    def _tie_ends(self) -> None:
        """Who enters the flow is everybody asked, who is left is the cohort."""
        values = self.counts.values
        ends = [name for name in values if name.startswith(f"flow.{ALL}.")]
        for end, table in zip(
            ends[:1] + ends[-1:], ("eligibility", "cohort"), strict=False
        ):
            whole = f"{self.plan.study_id}.{table}.{ALL}.patients.{OVERALL}.{ALL}.n"
            if values.get(whole) == values[end]:
                self._equal[end] = whole

    def _add_parts_of_the_whole(self, rows: Iterable[Row]) -> None:
        """Counts of a population within everybody's, of a cohort in all asked."""
        filtered = {
            each.population.id
            for each in self.plan.analyses
            if each.population and each.population.filter
        }
        study = self.plan.study_id
        at: dict[tuple, dict[tuple, str]] = defaultdict(dict)
        for row in rows:
            what = (row["variable"], row["level"], row["arm"], row["statistic"])
            at[what][row["source_model"], row["population"]] = self._of(row)
        for what, places in at.items():
            for (source, population), name in places.items():
                if population in filtered:
                    for (other, wider), whole in places.items():
                        if other == source and wider not in filtered:
                            self._add(whole, [name])
            asked = places.get((f"{study}.eligibility", ALL))
            if what[0] == "patients" and asked and (f"{study}.cohort", ALL) in places:
                self._add(asked, [places[f"{study}.cohort", ALL]])

    def _of(self, row: Row) -> str:
        return self.names[row["result_id"]]

    def _add(self, total: str, parts: Sequence[str | None]) -> bool:
        """Add a sum with what it lacks; return False if the parts are more than it."""
        values = self.counts.values
        there = dict.fromkeys(part for part in parts if part and part != total)
        rest = values[total] - sum(values[part] for part in there)
        if len(there) == 1 and not rest:
            # no table says that nobody is missing
            return True
        if not there or rest < 0:
            return False
        balance = {total: 1, **dict.fromkeys(there, -1)}
        if rest:
            name = f"{total} without {', '.join(there)}"
            values[name] = rest
            self.counts.unshown.add(name)
            balance[name] = -1
        if (key := frozenset(balance.items())) not in self._seen:
            self._seen.add(key)
            self.counts.balances.append(balance)
        return True

    def _merge_equal(self) -> None:
        """Give counts that everybody knows to be the same one name."""

        def one(name: str) -> str:
            while name in self._equal:
                name = self._equal[name]
            return name

        self.names = {row: one(name) for row, name in self.names.items()}
        merged = []
        for balance in self.counts.balances:
            balance = {one(name): factor for name, factor in balance.items()}
            if balance not in merged:
                merged.append(balance)
        self.counts.balances[:] = merged
