"""Target: how the systems that Roger works in answer, and whether he is let in."""

from __future__ import annotations

from dashboards.board import SERVICES, Board, Row, choice
from dashboards.panel import BLUE, ORANGE, RED, Column, Query, lines, number, rows, states
from dashboards.query import SERVICE, TARGET, agreed, each, hourly, mean, or_zero, quantile, those_that_happen, total

_FAILURES = "roger_target_failures_total"


def _accounts(state: str) -> str:
    return total("roger_accounts", f'{TARGET},state="{state}"', "target")


_NOW = Row(
    "Now",
    [
        number(
            "Circuit",
            f"max({agreed('roger_circuit_open', TARGET, 'target')})",
            tells="Open: the target failed several times in a row, its cases wait, and one case tries now and then. Alert CircuitOpen.",
            words=("closed", "open"),
            steps=((1, RED),),
        ),
        number(
            "Shut for other reasons",
            total("roger_target_shut", TARGET, "target", "why"),
            tells="Paused by a person, outside opening hours, worked on by others, or without an account that works.",
            steps=((1, ORANGE),),
        ),
        number("Accounts free", _accounts("free"), tells="Robot accounts that no shift holds.", colour=BLUE),
        number(
            "Accounts at work", _accounts("leased"), tells="Robot accounts that a shift is signed in with.", colour=BLUE
        ),
        number(
            "Accounts out",
            _accounts("out"),
            tells="Accounts whose password the target refused; not tried again before it is changed. Alert AccountOut.",
            steps=((1, RED),),
        ),
        number(
            "Failures in the last hour",
            or_zero(f"sum(increase({_FAILURES}{{{TARGET}}}[1h]))"),
            tells="Failures of runs there, also of those that came right at the second look.",
            steps=((5, ORANGE), (50, RED)),
            decimals=0,
        ),
    ],
)

_SPEED = Row(
    "How fast it answers",
    [
        lines(
            "Mean, by screen and action",
            Query(mean("roger_screen_seconds", TARGET, "target", "screen", "action"), "{{screen}} {{action}}"),
            tells="Opening a screen, filling it, pressing until the next one came, or reading it; failed ones count too.",
            unit="s",
        ),
        lines(
            "95 %, by screen and action",
            Query(
                quantile(0.95, "roger_screen_seconds", TARGET, "target", "screen", "action"), "{{screen}} {{action}}"
            ),
            tells="What 19 of 20 take no longer than.",
            unit="s",
        ),
        rows(
            "Screens, in the last hour",
            Column(
                _hour := f"sum by (target, screen, action) (increase(roger_screen_seconds_count{{{TARGET}}}[1h]))",
                "Times",
            ),
            Column(
                f"sum by (target, screen, action) (increase(roger_screen_seconds_sum{{{TARGET}}}[1h])) / ({_hour} > 0)",
                "Mean",
                "s",
                ((2, ORANGE), (5, RED)),
            ),
            Column(
                f"histogram_quantile(0.95, sum by (le, target, screen, action) (increase(roger_screen_seconds_bucket{{{TARGET}}}[1h])))",
                "95 %",
                "s",
                ((3, ORANGE), (10, RED)),
            ),
            tells="Where a robot's time goes.",
            by=("target", "screen", "action"),
        ),
    ],
)

_TROUBLE = Row(
    "Trouble",
    [
        lines(
            "Failures, per hour",
            Query(those_that_happen(hourly(_FAILURES, TARGET, "target", "code"), "code"), "{{target}} {{code}}"),
            tells="TARGET_DOWN, TIMEOUT, SIGNED_OUT, LOGIN_FAILED and UNEXPECTED_DIALOG count towards the circuit; UI_CHANGED stops the processes that use the screen.",
            stacked=True,
        ),
        states(
            "Circuit",
            Query(agreed("roger_circuit_open", TARGET, "target"), "{{target}}"),
            tells="When cases waited because the target failed.",
            words=("closed", "open"),
        ),
        states(
            "Shut for other reasons",
            Query(agreed("roger_target_shut", TARGET, "target", "why"), "{{target}} {{why}}"),
            tells="When cases waited because of a person, the opening hours, maintenance, or no account.",
            words=("open", "shut"),
        ),
        lines(
            "Sign-ins, per hour",
            Query(hourly("roger_sign_ins_total", TARGET, "target", "result"), "{{target}} {{result}}"),
            tells="Signed in, refused (the account is then out), or failed for another reason. Warm sessions need few.",
        ),
        lines(
            "Accounts",
            Query(each("roger_accounts", TARGET, "target", "state", group="state"), "{{state}}"),
            tells="Robot accounts: free, leased to a shift, or out after a refused password.",
            stacked=True,
        ),
        lines(
            "Accounts taken out",
            Query(f"sum by (target) (increase(roger_accounts_out_total{{{TARGET}}}[1h]))", "{{target}}"),
            tells="Passwords that the target refused within the hour before.",
        ),
    ],
)

TARGET_BOARD = Board(
    name="target",
    title="Target",
    tells="How the systems that Roger works in answer, and whether he is let in.",
    variables=[SERVICES, choice("target", "Target", "roger_circuit_open", within=SERVICE)],
    rows=[_NOW, _SPEED, _TROUBLE],
)
