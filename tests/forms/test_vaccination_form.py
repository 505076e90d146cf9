from __future__ import annotations

import pytest

from tests.forms.station import Station

pytestmark = pytest.mark.anyio


async def test_x(here: Station) -> None:
    async with here.tablet() as tablet:
        shown = await tablet.sign_in(here.keys["anne"])
        print(shown.status_code, shown.text)
