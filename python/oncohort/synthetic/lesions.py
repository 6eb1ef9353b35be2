"""Lesions at baseline and at each follow-up scan, in keeping with the response."""

from dataclasses import dataclass, field
from datetime import date

from oncohort.synthetic.journey import Journey

# Share of the baseline sum; near enough that no two stable sums differ by 20 %.
SHARES = {"SD": (0.87, 1.0), "PR": (0.56, 0.64), "CR": (0.0, 0.0)}
NODES = ("lymph_node", "supraclavicular")
FLUID = ("pleura", "pericardium")


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
        for organ in self._organs():
            self._start(organ)
        special = self.j.facts.get("lesions", self._boundary())
        if special is not None:
            self.targets = list(special)
            self.nontargets = []
        for lesion in self.targets:
            lesion.update(self._named(lesion["organ"], "target"))
        for lesion in [*self.targets, *self.nontargets]:
            self._row(lesion, self.on)

    def _organs(self) -> list[str]:
        organs = [o for o in self.j.wish.organs if o in ("lung", "liver")]
        organs += self.j.facts.get("other_organs", [])
        return organs + (["bone"] if "bone" in self.j.wish.organs else [])

    def _start(self, organ: str) -> None:
        j = self.j
        is_hard = organ == "bone" and bool(set(j.wish.organs) - {"bone", "brain"})
        if organ in FLUID or is_hard or len(self.targets) > 3:
            lesion = {"organ": organ, "lesion_status": "present", "is_measurable": "no"}
            self.nontargets.append(lesion | self._named(organ, "nontarget"))
            return
        for _ in range(j.rng.choice((1, 1, 2))):
            self.targets.append(self._target(organ))

    def _target(self, organ: str) -> dict:
        j = self.j
        longest = j.rng.randint(120, 480) / 10
        lesion = {"organ": organ, "longest_diameter_mm": longest}
        if organ in NODES:
            lesion["short_axis_mm"] = j.rng.randint(155, 280) / 10
            lesion["longest_diameter_mm"] = lesion["short_axis_mm"] + 5
        if organ == "bone":
            lesion["has_soft_tissue"] = "yes"
        lesion["is_measurable"] = j.rng.choice(("yes", ""))
        return lesion

    def _boundary(self) -> list[dict] | None:
        """Lesions of a patient on the last measurable millimetre, or brain only."""
        j, organs = self.j, self._organs()
        if j.boundary == "lesion_10_mm":
            organ = next(o for o in organs if o not in (*NODES, *FLUID, "bone"))
            return [{"organ": organ, "longest_diameter_mm": 10.0}]
        if j.boundary == "node_15_mm":
            return [{"organ": "lymph_node", "longest_diameter_mm": 21.0,
                     "short_axis_mm": 15.0}]  # fmt: skip
        if j.boundary == "recorded_as_measurable":
            return [{"organ": "lung", "longest_diameter_mm": 8.0,
                     "is_measurable": "yes"}]  # fmt: skip
        if j.wish.organs == ["brain"]:
            size = j.rng.randint(120, 250) / 10
            return [{"organ": "brain", "longest_diameter_mm": size}]
        return None

    def _named(self, organ: str, role: str) -> dict:
        self.count += 1
        modality = "mri" if organ == "brain" else "ct"
        return {"lesion_no": f"{role[0].upper()}{self.count}", "lesion_role": role,
                "modality": modality}  # fmt: skip

    def _row(self, lesion: dict, on: date, **changed: object) -> None:
        self.j.add("lesions", **(lesion | {"assessed_on": on} | changed))

    def follow(self, on: date, finding: str) -> None:
        """Measure again; `finding` is a response or the way of progression."""
        low, high = SHARES.get(finding, (self.share, self.share))
        share = self.j.rng.uniform(low, high)
        if finding == "growth" or (finding == "nontarget" and not self.nontargets):
            growth = 6 / max(self._sum(), 6)
            share = max(self.share * 1.35, self.share + growth)
        if finding in SHARES:
            self.share = min(self.share, share)
        for lesion in self.targets:
            if finding == "NE":
                self._row(lesion, on, longest_diameter_mm="", short_axis_mm="",
                          lesion_status="not_evaluable", is_measurable="")  # fmt: skip
            else:
                self._row(lesion, on, is_measurable="", **_scaled(lesion, share))
        for lesion in self.nontargets:
            status = {"CR": "absent", "nontarget": "progressed", "NE": "not_evaluable"}
            self._row(lesion, on, lesion_status=status.get(finding, "present"))
        if finding == "new":
            self.new(on, self.j.rng.choice(("lung", "liver", "lymph_node")))

    def _sum(self) -> float:
        return sum(
            lesion.get("short_axis_mm") or lesion["longest_diameter_mm"]
            for lesion in self.targets
        )

    def new(self, on: date, organ: str) -> None:
        """Add a lesion that was not there before."""
        size = self.j.rng.randint(60, 180) / 10
        lesion = {"organ": organ, "longest_diameter_mm": size}
        if organ in NODES:
            lesion["short_axis_mm"] = size
        self._row(lesion | self._named(organ, "new"), on)


def _scaled(lesion: dict, share: float) -> dict:
    """Diameters after growth or shrinkage; a node that is gone still has an axis."""
    sizes = {"longest_diameter_mm": round(lesion["longest_diameter_mm"] * share, 1)}
    if "short_axis_mm" in lesion:
        axis = round(lesion["short_axis_mm"] * share, 1)
        longest = max(sizes["longest_diameter_mm"], 11.0)
        least = 10.0 if share else 7.0
        sizes = {"short_axis_mm": max(axis, least), "longest_diameter_mm": longest}
    elif share == 0:
        sizes["lesion_status"] = "absent"
    return sizes
