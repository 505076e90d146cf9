"""Which scopes there are, and what holding one satisfies.

`<service>:<process or *>:submit`   hand cases of a process over
`<service>:<process or *>:read`     see one's own cases of a process
`cases:read:all`                    see everybody's cases
`cases:decide`                      retry, close, cancel what one may see; say that a task is done
`cases:release`                     let go, as a second person, what one may see and has not handed in
`registers:write`, `registers:<name>:write`   hand the tables in that cases are decided by
`evidence:read`                     see what a page looked like when a run failed
`files`                             hand files over, before the cases that name them
`webhooks`                          have one's own systems told of events
`operate`                           pause, resume, schedules, targets, benefits
"""

from __future__ import annotations

import re

from common.errors import ConfigurationError

READ_ALL, DECIDE, RELEASE, OPERATE = "cases:read:all", "cases:decide", "cases:release", "operate"
WRITE_REGISTERS, READ_EVIDENCE, WEBHOOKS = "registers:write", "evidence:read", "webhooks"
FILES = "files"
# As endpoints name what they need: any of a kind, or the one that the address names.
SUBMIT_SOME, READ_SOME = "{service}:*:submit", "{service}:*:read"
WRITE_SOME_REGISTER, WRITE_THIS_REGISTER = "registers:*:write", "registers:{register}:write"
PLAIN = (READ_ALL, DECIDE, RELEASE, WRITE_REGISTERS, READ_EVIDENCE, FILES, WEBHOOKS, OPERATE)

_REGISTER = re.compile(r"registers:[a-z][a-z0-9-]*:write")
_PROCESS = re.compile(r"[a-z0-9][a-z0-9_-]*:(\*|[a-z0-9][a-z0-9-]*):(submit|read)")


def exists(scope: str) -> bool:
    """Whether there is such a scope."""
    return scope in PLAIN or bool(_PROCESS.fullmatch(scope) or _REGISTER.fullmatch(scope))


def require_scope(scope: str) -> None:
    """Raises ConfigurationError, saying which scopes there are."""
    if not exists(scope):
        raise ConfigurationError(
            f"There is no scope {scope!r}: use <service>:<process or *>:submit or :read, registers:<name>:write, "
            + ", ".join(PLAIN)
        )


def satisfies(held: str, needed: str) -> bool:
    """Whether a scope that is held is one that is needed; `*` on either side stands for any."""
    ours, theirs = held.split(":"), needed.split(":")
    return len(ours) == len(theirs) and all(a == b or "*" in {a, b} for a, b in zip(ours, theirs, strict=True))
