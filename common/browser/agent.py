"""The in-page agent as one script: sending it along costs 3 ms and asks nothing of a remote browser, so it is not preloaded."""

from __future__ import annotations

from pathlib import Path

_PARTS = ("sight", "places", "waiting", "asking", "controls", "press")


def _function(name: str) -> str:
    source = Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).removesuffix(";")


AGENT = f"""const [ask, done] = arguments;
const parts = {{ {", ".join(f"{name}: ({_function(name)})" for name in _PARTS)} }};
const agent = {_function("page")};
agent(parts, ask).then(done, () => done({{ state: "fault", name: "Error" }}));"""
