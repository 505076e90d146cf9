"""What a stand-in starts does not outlive it, however it ended."""

from collections.abc import Sequence

# Reads from a pipe that nobody writes to: it closes when we close it, or with us. Then all of the program's processes are
# told to end (PHP's web server leaves its helpers behind else), and killed once the program itself is gone.
_GUARD = """
exec 3<&0
"$@" </dev/null 3<&- & server=$!
trap '' TERM
{ read -r _ <&3; kill -TERM 0; } &
wait "$server"
kill -KILL 0
"""


def guarded(command: Sequence[str]) -> list[str]:
    """The command of a guard that runs a program: to be started in a session of its own, with a pipe for its input."""
    return ["/bin/sh", "-c", _GUARD, "guard", *command]
