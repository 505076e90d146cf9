"""Declaring services and processes: what is wrong is refused when it is loaded, in words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import ValidationError

from common import catalogue
from common.errors import ConfigurationError
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run, Service
from common.target import Target
from common.testing import Chore, a_chore, a_process
from common.testing.work import done


def declare(service: Service, perform: Callable[..., Any], name: str = "chores", **options: Any) -> None:
    given: dict[str, Any] = {
        "targets": [],
        "manual_minutes": 1,
        "due": timedelta(hours=1),
        "retention": Retention.ORDERS,
    }
    service.process(name, **given | options)(perform)


def of_nothing() -> Outcome:
    return Outcome(OutcomeCode.NOOP)


def of_text(chore: str, run: Run) -> Outcome:
    del chore, run
    return Outcome(OutcomeCode.NOOP)


def unannotated(chore, run):  # pyright: ignore  # noqa: ANN001, ANN201, PGH003
    return of_text(chore, run)  # pyright: ignore[reportUnknownArgumentType]


class TestProcess:
    @pytest.mark.parametrize("perform", [of_nothing, of_text, cast("Callable[..., Any]", unannotated)])
    def test_a_function_of_another_form_is_refused(self, perform: Callable[..., Any]) -> None:
        with pytest.raises(ConfigurationError, match="'chores' must take a CaseInput first"):
            declare(Service("s", title="S"), perform)

    def test_a_name_is_taken_once(self) -> None:
        service = Service("s", title="S")
        declare(service, done)
        with pytest.raises(ConfigurationError, match="rename one"):
            declare(service, done)

    def test_knows_its_input_its_summary_and_its_targets_in_one_order(self) -> None:
        late, early = Target(name="b", settle=timedelta(seconds=5)), Target(name="a", settle=timedelta(seconds=1))
        process = a_process(targets=[late, early])
        assert process.input is Chore
        assert process.summary == "Do nothing, well."
        assert [target.name for target in process.targets] == ["a", "b"]
        assert process.settle == timedelta(seconds=5)
        assert a_process().settle == timedelta(0)

    def test_the_service_knows_every_target_once(self) -> None:
        service, target = Service("s", title="S"), Target(name="a")
        declare(service, done, "one", targets=[target])
        declare(service, done, "two", targets=[target, Target(name="b")])
        assert [target.name for target in service.targets] == ["a", "b"]


class TestInput:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"priority": 0},
            {"priority": 10},
            {"reference": ""},
            {"reference": " "},
            {"reference": "x" * 65},
            {"unit": ""},
            {"not_before": "2026-11-22T09:40:00"},
            {"not_before": "2100-01-01T00:00:00Z"},
            {"no_such_field": 1},
            {"what": "nul \0"},
            {"what": "half a letter \ud800"},
        ],
    )
    def test_what_is_wrong_is_refused_and_never_quoted(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refused:
            a_chore(**wrong)
        assert "input_value" not in str(refused.value)

    def test_letters_have_one_spelling(self) -> None:
        assert a_chore("A\u030ase").about == "Åse"

    def test_a_reference_may_be_called_source_id(self) -> None:
        assert a_chore(source_id=" T-1 ").reference == "T-1"

    def test_cannot_be_changed(self) -> None:
        chore = a_chore()
        with pytest.raises(ValidationError):
            chore.what = "else"  # pyright: ignore[reportAttributeAccessIssue]

    def test_concerns_nobody_unless_it_says_so(self) -> None:
        class Plain(CaseInput):
            pass

        assert Plain().subject is None


SERVICE = "from common.process import Service\n{}"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[..., str]]:
    """Write a service package and give its name; it is forgotten afterwards."""
    names: list[str] = []

    def write(name: str, service: str | None, **processes: str) -> str:
        names.append(name)
        folder = tmp_path / name / "processes"
        folder.mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        (folder / "__init__.py").touch()
        if service is not None:
            (tmp_path / name / "service.py").write_text(service)
        for process, text in processes.items():
            (folder / f"{process}.py").write_text(text)
        return name

    monkeypatch.syspath_prepend(tmp_path)  # pyright: ignore[reportUnknownMemberType]
    yield write
    for module in [module for module in sys.modules if module.split(".")[0] in names]:
        del sys.modules[module]


PROCESS = """
from datetime import timedelta
from common.process import Retention
from common.testing.work import done
from {package}.service import service
service.process("{name}", targets=[], manual_minutes=1, due=timedelta(1), retention=Retention.ORDERS)(done)
"""
ONE = SERVICE.format('service = Service("s", title="S")')


class TestCatalogue:
    def test_every_file_declares_its_process(self, written: Callable[..., str]) -> None:
        texts = {name: PROCESS.format(package="two_svc", name=name) for name in ("first", "second")}
        written("two_svc", ONE, **texts)
        service = catalogue.load("two")
        assert sorted(service.processes) == ["first", "second"]
        assert catalogue.load("two_svc") is service

    def test_of_the_health_service(self) -> None:
        assert "test-journals" in catalogue.load("health").processes

    @pytest.mark.parametrize("name", ["nowhere", "nowhere_svc"])
    def test_no_such_service(self, name: str) -> None:
        with pytest.raises(ConfigurationError, match="no service nowhere_svc"):
            catalogue.load(name)

    @pytest.mark.parametrize(
        ("service", "number"), [("", 0), (SERVICE.format('a = Service("a", title="")\nb = Service("b", title="")'), 2)]
    )
    def test_must_declare_one(self, written: Callable[..., str], service: str, number: int) -> None:
        with pytest.raises(ConfigurationError, match=f"exactly one Service; it has {number}"):
            catalogue.load(written(f"odd{number}_svc", service))

    def test_without_a_service_module(self, written: Callable[..., str]) -> None:
        with pytest.raises(ConfigurationError, match=r"service\.py"):
            catalogue.load(written("bare_svc", None))

    def test_what_it_needs_itself_and_is_missing_is_told_as_it_is(self, written: Callable[..., str]) -> None:
        with pytest.raises(ModuleNotFoundError, match="no_such_library"):
            catalogue.load(written("needy_svc", "import no_such_library"))

    def test_one_name_in_two_files(self, written: Callable[..., str]) -> None:
        text = PROCESS.format(package="twice_svc", name="same")
        with pytest.raises(ConfigurationError, match="'same'"):
            catalogue.load(written("twice_svc", ONE, first=text, second=text))
