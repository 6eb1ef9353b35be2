"""Lesions at baseline and at each follow-up scan, in keeping with the response."""

from dataclasses import dataclass, field
from datetime import date

from oncohort.synthetic.journey import Journey

# Share of the baseline sum; near enough that no two stable sums differ by 20 %.
SHARES = {"SD": (0.87, 1.0), "PR": (0.56, 0.64), "CR": (0.0, 0.0)}
SMALLEST_NODE = 10.0  # mm, short axis; below it a node is normal
NODES = ("lymph_node", "supraclavicular")
FLUID = ("pleura", "pericardium")
GIVEN = ("longest_diameter_mm", "short_axis_mm", "is_measurable", "has_soft_tissue")
STATUS = {"CR": "absent", "nontarget": "progressed", "NE": "not_evaluable"}
UNMEASURED = {"longest_diameter_mm": "", "short_axis_mm": ""}


@dataclass
class Lesions:
    """The lesions of one patient, measured first on the day of the baseline."""

    j: Journey
    on: date
    count: int = 0
    share: float = 1.0
    targets: list[dict] = field(default_factory=list)
    nontargets: list[dict] = field(default_factory=list)

    def baseline(self) -> None:
        """Measure the lesions before treatment."""
        j, organs = self.j, self.j.wish.organs
        plain = [organ for organ in organs if organ in ("lung", "liver")]
        bone = [organ for organ in organs if organ == "bone"]
        for organ in [*plain, *j.facts.get("other_organs", []), *bone]:
            self._start(organ)
        if "lesion" in j.facts:  # lies on an edge of what is measurable
            given = {name: j.facts[name] for name in GIVEN if name in j.facts}
            self.targets, self.nontargets = [{"organ": j.facts["lesion"]} | given], []
            if j.facts["lesion"] == "none":
                self.targets = []
        elif organs == ["brain"]:
            size = j.rng.randint(120, 250) / 10
            self.targets = [{"organ": "brain", "longest_diameter_mm": size}]
        for lesion in self.targets:
            lesion |= self._named(lesion["organ"], "target")
        for lesion in [*self.targets, *self.nontargets]:
            self._row(lesion, self.on)

    def _start(self, organ: str) -> None:
        j = self.j
        is_hard = organ == "bone" and not {*j.wish.organs} <= {"bone", "brain"}
        if organ in FLUID or is_hard or len(self.targets) > 3:
            lesion = {"organ": organ, "lesion_status": "present", "is_measurable": "no"}
            self.nontargets.append(lesion | self._named(organ, "nontarget"))
            return
        for _ in range(j.pick(1, 1, 2)):
            self.targets.append(self._target(organ))

    def _target(self, organ: str) -> dict:
        j = self.j
        lesion = {"organ": organ, "longest_diameter_mm": j.rng.randint(120, 480) / 10}
        if organ in NODES:
            lesion["short_axis_mm"] = j.rng.randint(155, 280) / 10
            lesion["longest_diameter_mm"] = lesion["short_axis_mm"] + 5
        if organ == "bone":
            lesion["has_soft_tissue"] = "yes"
        return lesion | {"is_measurable": j.pick("yes", "")}

    def _named(self, organ: str, role: str) -> dict:
        self.count += 1
        number = f"{role[0].upper()}{self.count}"
        modality = "mri" if organ == "brain" else "ct"
        return {"lesion_no": number, "lesion_role": role, "modality": modality}

    def _row(self, lesion: dict, on: date, **changed: object) -> None:
        self.j.add("lesions", **(lesion | {"assessed_on": on} | changed))

    def follow(self, on: date, finding: str) -> None:
        """Measure again; `finding` is a response or the way of progression."""
        low, high = SHARES.get(finding, (self.share, self.share))
        share = self.j.rng.uniform(low, high)
        if finding == "growth" or (finding == "nontarget" and not self.nontargets):
            least = max(self.share, *self._shares_of_small_nodes())
            share = max(least * 1.35, least + 6 / max(self._sum(), 6))
        if finding in SHARES:
            self.share = min(self.share, share)
        for lesion in self.targets:
            changed = _scaled(lesion, share)
            if finding == "NE":
                changed = UNMEASURED | {"lesion_status": "not_evaluable"}
            self._row(lesion, on, is_measurable="", **changed)
        for lesion in self.nontargets:
            self._row(lesion, on, lesion_status=STATUS.get(finding, "present"))
        if finding == "new":
            self.new(on, self.j.pick("lung", "liver", "lymph_node"))

    def _shares_of_small_nodes(self) -> list[float]:
        """Shares at which a node has shrunk to what it keeps while it responds."""
        axes = [t["short_axis_mm"] for t in self.targets if t.get("short_axis_mm")]
        return [0.0, *(SMALLEST_NODE / axis for axis in axes)]

    def _sum(self) -> float:
        sizes = [{"short_axis_mm": 0} | lesion for lesion in self.targets]
        return sum(s["short_axis_mm"] or s["longest_diameter_mm"] for s in sizes)

    def new(self, on: date, organ: str) -> None:
        """Add a lesion that was not there before."""
        size = self.j.rng.randint(60, 180) / 10
        lesion = {"organ": organ, "longest_diameter_mm": size}
        if organ in NODES:  # a smaller one would be normal
            size = max(size, SMALLEST_NODE)
            lesion |= {"longest_diameter_mm": size, "short_axis_mm": size}
        self._row(lesion | self._named(organ, "new"), on)


def _scaled(lesion: dict, share: float) -> dict:
    """Diameters after growth or shrinkage; a node that is gone still has an axis."""
    longest = round(lesion["longest_diameter_mm"] * share, 1)
    if "short_axis_mm" in lesion:
        axis = max(
            round(lesion["short_axis_mm"] * share, 1), SMALLEST_NODE if share else 7.0
        )
        return {"short_axis_mm": axis, "longest_diameter_mm": max(longest, 11.0)}
    sizes = {"longest_diameter_mm": longest}
    return sizes if share else sizes | {"lesion_status": "absent"}
