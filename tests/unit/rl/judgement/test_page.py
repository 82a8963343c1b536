import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.rl.judgement.page import POLICY, page
from aibt.rl.judgement.page.drawing import nice_ticks, percent
from tests.unit.rl.judgement.reports import (
    TIMES,
    a_baseline,
    a_curve,
    a_report,
    a_verdict,
    an_algorithm,
    an_interval,
    metrics,
)

VOID = {"meta"}


class Reader(HTMLParser):
    """What a browser would find, and whether every element is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def shown(**changes: Any) -> Reader:
    return read(page(a_report(**changes).to_json()))


def test_the_verdict_comes_first_and_says_how_sure_it_is() -> None:
    text = shown().text

    assert "counterfactual is not better than buy-and-hold here" in text
    assert text.index("not better than") < text.index("Side by side")
    assert "more than luck: 61.0 %" in text


def test_a_better_one_is_told_as_such() -> None:
    found = shown(verdict=a_verdict(better=True, sentence="it is better", confidence=0.99))

    assert "it is better" in found.text
    assert ("p", "verdict better") in [(tag, of.get("class")) for tag, of in found.tags]


def test_algorithms_and_baselines_stand_in_one_table_with_their_figures() -> None:
    html = page(a_report().to_json())
    first = html.split("<table>")[1].split("</table>")[0]

    rows = {
        row.split("</th>")[0].rpartition(">")[2]: re.findall("<td>(.*?)</td>", row)
        for row in first.split("<tbody>")[1].split("</tr>")[:-1]
    }
    assert list(rows) == [
        "counterfactual",
        "random, as often as counterfactual",
        "buy and hold",
        "flat",
        "hindsight (upper bound)",
    ]
    assert rows["counterfactual"] == [
        "+4.4 %", "+20.0 %", "15.0 %", "1.25", "1.50", "2.00", "8.0 %", "+4.00 bp", "17", "0.25",
        "60.0 %",
    ]  # fmt: skip
    assert rows["random, as often as counterfactual"][0] == "\N{MINUS SIGN}3.0 %"


def test_trials_costs_folds_and_intervals_are_told() -> None:
    text = shown(earlier_trials=9, trials=12).text

    assert "12: 1 algorithm × 3 seeds, and 9 made earlier on these bars; 6 trainings" in text
    assert "fee 1.0 bp and slippage 0.5 bp" in text
    assert "33 bars are left out between two parts, and 5 more before each test part" in text
    assert "\N{MINUS SIGN}1.00 bp to +9.00 bp" in text
    assert "intervals of 95.0 % by block bootstrap" in text
    assert "Luck's best of 3 trials" in text


def test_what_is_not_known_is_a_dash_and_no_word_of_python() -> None:
    nothing = replace(
        metrics(None),
        annual_return=None,
        volatility=None,
        sharpe=None,
        sortino=None,
        calmar=None,
        max_drawdown=None,
        mean_log_return=None,
    )
    unknown = an_interval(None, None, None)
    algorithm = an_algorithm(
        pooled=nothing, growth=unknown, excess=unknown, sharpe=unknown, total_return=unknown
    )
    found = shown(algorithms=(algorithm,), verdict=a_verdict(confidence=None, algorithm=None))

    assert "None" not in found.text
    assert "nan" not in found.text.lower().replace("financ", "")
    assert "more than luck: \N{EN DASH}" in found.text


def test_a_report_without_bars_out_of_sample_still_has_a_page() -> None:
    algorithm = an_algorithm(seeds=(), pooled_equities=(), summaries={})
    found = shown(times=(), baselines=(), algorithms=(algorithm,))

    assert "counterfactual is not better" in found.text


EVIL = "</title><script>alert(1)</script>&\"'<img src=x onerror=y>"


@pytest.mark.parametrize(
    "changes",
    [
        {"symbol": EVIL, "period": EVIL, "source": EVIL},
        {"verdict": a_verdict(sentence=EVIL)},
        {"algorithms": (an_algorithm(EVIL, verdict=a_verdict(sentence=EVIL)),)},
        {"baselines": (a_baseline(EVIL, 0.1),)},
        {"first_at": EVIL, "last_at": EVIL},
        {"times": (EVIL, *TIMES[1:])},
    ],
)
def test_nothing_of_the_report_is_taken_for_markup(changes: dict[str, Any]) -> None:
    found = shown(**changes)

    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "img"})
    assert all(not name.startswith("on") for _, of in found.tags for name in of)


def test_names_of_parameters_are_escaped_too() -> None:
    report = a_report()
    plan = replace(report.plan, parameters={EVIL: {EVIL: EVIL}})

    assert "script" not in {tag for tag, _ in shown(plan=plan).tags}


def test_the_page_needs_no_network_and_no_script() -> None:
    html = page(a_report().to_json())

    assert not re.search(r"https?:|//|url\(|@import|<script|<link|javascript:", html)
    assert all(
        name not in {"src", "href", "style", "srcset"} for _, of in read(html).tags for name in of
    )


def test_its_policy_allows_its_own_style_and_nothing_else() -> None:
    html = page(a_report().to_json())
    style = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'" == POLICY
    policies = [of["content"] for _, of in read(html).tags if of.get("http-equiv")]
    assert policies == [POLICY]


def test_every_table_has_a_caption_and_every_picture_a_title() -> None:
    html = page(a_report().to_json())

    for table in html.split("<table>")[1:]:
        assert table.startswith("<caption>")
    pictures = re.findall(r'<svg[^>]*role="img">(<title>[^<]+</title><desc>[^<]+</desc>)?', html)
    assert len(pictures) == 4
    assert all(pictures)


def test_the_chart_leaves_out_the_upper_bound_which_would_flatten_all_others() -> None:
    chart = page(a_report().to_json()).split("Equity out of sample")[1].split("</section>")[0]

    assert "buy and hold" in chart
    assert "hindsight" not in chart


@given(
    ends=st.lists(st.floats(-1, 50), min_size=1, max_size=9),
    gaps=st.sets(st.integers(0, len(TIMES) - 1)),
)
def test_whatever_the_curves_are_the_picture_is_drawn_within_its_frame(
    ends: list[float], gaps: set[int]
) -> None:
    json: dict[str, Any] = a_report(
        algorithms=tuple(
            an_algorithm(str(at), pooled_equities=a_curve(end)) for at, end in enumerate(ends)
        )
    ).to_json()
    for one in json["algorithms"]:
        one["pooled_equities"] = [
            None if at in gaps else value for at, value in enumerate(one["pooled_equities"])
        ]

    html = page(json)

    read(html)
    for points in re.findall(r'points="([^"]*)"', html):
        for point in points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 720
            assert 0 <= y <= 300


@given(low=st.floats(-1e9, 1e9), height=st.floats(0, 1e9))
def test_ticks_are_few_and_round_and_hold_what_is_between(low: float, height: float) -> None:
    ticks = nice_ticks(low, low + height)

    assert 2 <= len(ticks) <= 9
    assert ticks[0] <= min(low, 0) + 1e-6
    assert ticks[-1] >= max(low + height, 0) * (1 - 1e-9)
    assert 0.0 in ticks


@given(st.floats(-1e6, 1e6))
def test_a_per_cent_has_a_sign_unless_it_is_zero(fraction: float) -> None:
    text = percent(fraction)

    assert text.endswith(" %")
    assert (text[0] in "+\N{MINUS SIGN}") == any(figure in text for figure in "123456789")


def test_the_page_of_a_long_report_stays_small() -> None:
    whole: Mapping[str, Any] = a_report(
        algorithms=tuple(an_algorithm(f"a{at}") for at in range(4))
    ).to_json(most_points=1_000)

    assert len(page(whole)) < 400_000
