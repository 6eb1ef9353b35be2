"""Numbers on a page: each one is a result row and says which."""

import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from oncohort.analysis.plan import Analysis
from oncohort.analysis.results import ALL, NOT_REACHED, Key

Text = Callable[[str], str]
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def mid_sentence(label: str) -> str:
    """Return a label as it stands in mid-sentence; 'HER2 status' stays as it is."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def numbers_file(study_id: str, analysis_id: str) -> str:
    """Return the page that tells where the numbers of an analysis come from."""
    return f"{study_id}-results-{analysis_id}.html"


def number_link(result_id: str) -> str:
    """Return the link from a number to its row."""
    study_id, analysis_id, _ = result_id.split(".", 2)
    return f"{numbers_file(study_id, analysis_id)}#{result_id}"


class Numbers:
    """Results of one study, by id, as plain text or as marked-up numbers."""

    def __init__(self, study_id: str, results: dict[str, dict[str, Any]]) -> None:
        """Keep the study's rows of `analysis.results` by `result_id`."""
        self.study_id = study_id
        self.results = results

    def key(self, analysis: Analysis, statistic: str, **parts: str) -> str:
        """Return the id of a result of an analysis."""
        population = analysis.population.id if analysis.population else ALL
        named = {"population": population, "statistic": statistic, **parts}
        return Key(self.study_id, analysis.id, **named).result_id

    def text(self, result_id: str) -> str:
        """Return a result as printed; empty if there is none."""
        row = self.results.get(result_id)
        return row["text"] if row else ""

    def of(self, analysis: Analysis, arm: str = ALL) -> Text:
        """Return a function from a statistic of a time-to-event result to its text."""
        place = {"variable": analysis.endpoint.id, "arm": arm}
        return lambda statistic: self.text(self.key(analysis, statistic, **place))

    def mark(self, result_id: str, shown: str | None = None) -> Markup:
        """Return a `<data>` element with its result id, linked to its row; else a dash.

        `shown` is another text than the row's own, such as '= 0.014'.
        """
        row = self.results.get(result_id)
        if row is None:
            return Markup('<span class="none" title="no such result yet">–</span>')
        return Markup(
            '<a class="num" href="{}"><data value="{}" data-result-id="{}" title="{}">'
            "{}</data></a>"
        ).format(
            number_link(result_id),
            "" if row["value"] is None else repr(row["value"]),
            result_id,
            row["method"],
            row["text"] if shown is None else shown,
        )

    def brief(self, result_id: str) -> Markup:
        """Return a number for a narrow cell: 'NR' where it is not reached."""
        is_open = self.text(result_id) == NOT_REACHED
        return self.mark(result_id, "NR" if is_open else None)

    def answer(self, template: str) -> Markup:
        """Return the plan's answer with its {…} replaced by marked-up numbers."""
        parts = [Markup("")]
        for number, part in enumerate(PLACEHOLDER.split(template)):
            if number % 2 == 0:
                parts.append(escape(part))
                continue
            result_id, shown = f"{self.study_id}.{part}", None
            if result_id in self.results and result_id.endswith(("_p", "p_value")):
                shown = self.sign(self.text(result_id))
            parts.append(self.mark(result_id, shown))
        return Markup("").join(parts)

    @staticmethod
    def sign(p_value: str) -> str:
        """Return '= 0.014' or '< 0.001', as it follows a P."""
        return f"< {p_value[1:]}" if p_value.startswith("<") else f"= {p_value}"

    @staticmethod
    def with_limits(text: Text, statistic: str, lead: str = "") -> str:
        """Return '6.77 (5.59–7.43)'; limits not reached are 'NR'."""
        values = [text(statistic + suffix) for suffix in ("", "_ci_low", "_ci_high")]
        short = ["NR" if value == NOT_REACHED else value for value in values]
        return f"{short[0]} ({lead}{short[1]}–{short[2]})"
