"""Figures that contradict each other across places, populations and tables."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from oncohort.audit.printed import ALL, BOTH, Figure, Flag, words_of

Sizes = dict[tuple[str, str], Figure]


def sizes_of(figures: Sequence[Figure]) -> Sizes:
    """Printed sizes of populations by (population, arm), the first where several."""
    names = {each.population for each in figures}
    found: Sizes = {}
    for each in figures:
        if each.quantity != "n" or each.number is None:
            continue
        if each.is_total:
            found.setdefault((each.population, each.arm), each)
        # a row of the baseline table gives the size of the population it names
        for name in names:
            if each.population == ALL and each.item == words_of(name):
                found.setdefault((name, each.arm), each)
    return found


def size_flags(figures: Sequence[Figure]) -> Iterator[Flag]:
    """Sizes at the head of a table that its own shares are not out of."""
    used = defaultdict(set)
    for each in figures:
        if each.denominator:
            used[each.place, each.population, each.arm].add(each.denominator)
    for each in figures:
        own = used[each.place, each.population, each.arm]
        is_head = each.quantity == "n" and not each.item and each.number is not None
        if is_head and own and each.number not in own:
            reason = f"the shares below are out of {', '.join(map(str, sorted(own)))}"
            yield Flag(each.id, "size", f"{reason}, not {each.printed}")


def repeat_flags(figures: Sequence[Figure], found: Sequence[Flag]) -> Iterator[Flag]:
    """One figure printed in two places with two values.

    Accused is the one that other checks accuse, or whose P they accuse; else the one
    with fewer digits, which was copied; else the earlier, since abstracts repeat.
    """
    accused = {flag.result_id for flag in found}
    suspect = {
        (each.place, each.population, each.item)
        for each in figures
        if each.id in accused and each.quantity == "p_value"
    }
    for pair in repeated(figures):
        if _differ(*pair):
            wrong, right = sorted(
                pair,
                key=lambda each: (
                    each.id not in accused,
                    (each.place, each.population, each.item) not in suspect,
                    -each.half_step,
                ),
            )
            reason = f"{wrong.printed} here, {right.printed} as {right.id}"
            yield Flag(wrong.id, "two places", reason)


def repeated(figures: Sequence[Figure]) -> list[tuple[Figure, Figure]]:
    """Pairs of one figure in two places: same arm, item, kind, and population or N."""
    same = defaultdict(list)
    for each in figures:
        if each.number is not None and each.item:
            own = ALL if each.item == words_of(each.population) else each.population
            for among in {own, each.denominator} - {None}:
                same[among, each.arm, each.item, each.quantity].append(each)
    pairs = [pair for group in same.values() for pair in combinations(group, 2)]
    return [(a, b) for a, b in dict.fromkeys(pairs) if a.place != b.place]


def _differ(one: Figure, other: Figure) -> bool:
    if one.is_bound or other.is_bound:
        bound, exact = (one, other) if one.is_bound else (other, one)
        # 0.001 may be '<0.001' rounded up
        return not (exact.is_bound or bound.agrees(exact.number - exact.half_step))
    return abs(one.number - other.number) > one.half_step + other.half_step


def denominator_flags(figures: Sequence[Figure], sizes: Sizes) -> Iterator[Flag]:
    """Shares of a subgroup out of the whole: the denominator was kept."""
    whole = {int(size.number): name for (name, _), size in sizes.items()}
    for each in figures:
        if each.quantity not in ("n", "pct") or not each.denominator or each.is_total:
            continue
        size = _subgroup_size(each, sizes)
        if each.population == ALL or size is None or each.denominator <= size[0]:
            continue
        if each.item == words_of(each.population) or each.denominator not in whole:
            continue
        reason = f"out of {each.denominator}, all of {whole[each.denominator]}; "
        yield Flag(each.id, "denominator of the whole", reason + size[1])


def _subgroup_size(figure: Figure, sizes: Sizes) -> tuple[int, str] | None:
    """Size of a figure's population at most, and how it is known."""
    name, arm = figure.population, figure.arm
    if (name, arm) in sizes:
        size = int(sizes[name, arm].number)
        if figure.quantity == "n" and figure.number == size:
            return None
        return size, f"{name} has {size}"
    part = name.removeprefix("no_")
    if part != name and (part, arm) in sizes and sizes[part, arm].number > 0:
        out = int(sizes[part, arm].number)
        return figure.denominator - 1, f"{out} with {part} do not belong to {name}"
    return None


def event_flags(figures: Sequence[Figure]) -> Iterator[Flag]:
    """Patients with any event equal to the sum of the events of each kind."""
    kinds = defaultdict(list)
    for each in figures:
        if each.quantity == "n" and each.number is not None and len(each.item) > 1:
            for word in each.item:
                kinds[each.population, each.arm, word, each.place].append(each)
    for each in figures:
        if each.quantity != "n" or each.number is None or len(each.item) != 1:
            continue
        (word,) = each.item
        for (population, arm, band, place), parts in kinds.items():
            counts = [int(part.number) for part in parts if part.number > 0]
            if (population, arm, band) != (each.population, each.arm, word):
                continue
            if len(counts) > 1 and each.number == sum(counts):
                reason = f"{each.printed} patients, but {' + '.join(map(str, counts))}"
                reason += f" events in {place}: one event each, or events counted"
                yield Flag(each.id, "patients and events", reason)


def total_flags(
    figures: Sequence[Figure], sizes: Sizes, found: Sequence[Flag]
) -> Iterator[Flag]:
    """Arms that do not sum to a population, numbered populations not to the whole.

    `line2_3` is the sum of line2 and line3; of line1, line2 and line3, if their sizes
    sum to all, every count of an item sums to the same item's count in all.
    """
    wrong = {flag.result_id for flag in found}
    arms = {arm for _, arm in sizes if arm != BOTH}
    for (name, arm), size in sizes.items():
        first, *more = name.split("_")
        stem = first.rstrip("0123456789")
        if arm == BOTH:
            yield from _sum_flag(
                size, [sizes.get((name, each)) for each in arms], wrong
            )
        if more and first != stem and all(word.isdigit() for word in more):
            names = [first, *(stem + word for word in more)]
            yield from _sum_flag(
                size, [sizes.get((each, arm)) for each in names], wrong
            )
    for family in _families(sizes):
        for whole in figures:
            if whole.population == ALL and whole.quantity == "n" and whole.item:
                parts = [_same(figures, whole, name) for name in family]
                yield from _sum_flag(whole, parts, wrong)


def _families(sizes: Sizes) -> list[list[str]]:
    """Numbered populations that together are all patients, in some arm."""
    stems = defaultdict(dict)
    for (name, arm), size in sizes.items():
        stem = name.rstrip("0123456789")
        if stem != name:
            stems[stem, arm][name] = int(size.number)
    return [
        list(members)
        for (_, arm), members in stems.items()
        if (ALL, arm) in sizes and sum(members.values()) == sizes[ALL, arm].number
    ][:1]


def _same(figures: Sequence[Figure], whole: Figure, population: str) -> Figure | None:
    """Return the count of the same item and arm in a population."""
    for each in figures:
        key = (each.population, each.arm, each.quantity)
        if (
            key == (population, whole.arm, "n")
            and each.item
            and each.item <= whole.item
        ):
            return each
    return None


def _sum_flag(
    whole: Figure, parts: Sequence[Figure | None], wrong: Collection[str]
) -> Iterator[Flag]:
    """Flag a count that is not the sum of its parts, unless one of them is wrong."""
    if not parts or None in parts or wrong & {whole.id, *(part.id for part in parts)}:
        return
    total = sum(int(part.number) for part in parts)
    if total != whole.number:
        summed = " + ".join(part.printed for part in parts)
        yield Flag(whole.id, "sum", f"{summed} is {total}, not {whole.printed}")
