"""Files of cases: how an input names them, their sealed pieces, and where they lie in the clear."""

from __future__ import annotations

import errno
import hashlib
import shutil
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import BaseModel, Field, ValidationError

from common.errors import ConfigurationError, LeaseLost, RobotFault
from common.files.pieces import Facts, Sealing, open_facts, unseal
from common.files.reference import FileRef, FileRole, files_of, names_files
from common.files.storage import Storage, is_memory, written
from common.privacy.crypto import CaseKey, Unreadable
from common.process import CaseInput
from common.testing import MemoryCase, a_keyring

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Scan(FileRef):
    pages: int = 1


class Attached(BaseModel):
    of: str
    scan: Scan | None = None


class Letter(CaseInput):
    main: FileRef
    more: list[Attached] = Field(default=[])


class Bundle(BaseModel):
    any: frozenset[FileRef]
    by_person: dict[str, FileRef]


class Tree(BaseModel):
    branches: list[Tree] = []


class TestNaming:
    def test_every_file_is_found_with_its_place(self) -> None:
        ref = {"sha256": HASH, "name": "a.pdf"}
        letter = Letter.model_validate({"main": ref, "more": [{"of": "x"}, {"of": "y", "scan": ref | {"pages": 3}}]})
        assert [place for place, _ in files_of(letter)] == ["main", "more.1.scan"]

    def test_also_those_in_no_order_and_never_with_a_key_that_a_caller_chose(self) -> None:
        ref = {"sha256": HASH, "name": "a.pdf"}
        bundle = Bundle.model_validate({"any": [ref], "by_person": {"17838410103": ref}})
        assert [place for place, _ in files_of(bundle)] == ["any.0", "by_person.0"]

    def test_whether_a_form_names_any_is_seen_in_its_declaration(self) -> None:
        assert names_files(Letter)
        assert names_files(Attached)
        assert not names_files(Tree)
        assert not names_files(CaseInput)

    @pytest.mark.parametrize("wrong", [HASH.upper(), HASH[:-1], HASH + "0", "g" + HASH[1:], ""])
    def test_a_hash_is_written_in_one_way(self, wrong: str) -> None:
        with pytest.raises(ValidationError):
            FileRef(sha256=wrong, name="a.pdf")

    @pytest.mark.parametrize(
        "wrong", ["", ".", "..", " .. ", "\ufb2c" * 90, "../a.pdf", "a/b", "a\\b", "a\0", "a\nb", "x" * 251]
    )
    def test_a_name_is_no_way_to_somewhere_else(self, wrong: str) -> None:
        with pytest.raises(ValidationError):
            FileRef(sha256=HASH, name=wrong)

    def test_a_name_is_spelled_in_one_way(self) -> None:
        assert FileRef(sha256=HASH, name="A\u030asmund.pdf").name == "Åsmund.pdf"

    def test_the_main_one_needs_no_role(self) -> None:
        assert FileRef(sha256=HASH, name="a").role is FileRole.MAIN

    def test_shows_nothing_of_itself(self) -> None:
        assert (
            repr(FileRef(sha256=HASH, name="Ola Nordhaug.pdf")) == str(FileRef(sha256=HASH, name="b")) == "FileRef(…)"
        )


class TestPieces:
    def sealed(self, key: CaseKey, *contents: bytes) -> tuple[Facts, list[bytes]]:
        sealing = Sealing(key)
        pieces = [sealing.seal(content) for content in contents]
        return open_facts(key, sealing.sealed_facts()), pieces

    def opened(self, key: CaseKey, facts: Facts, pieces: list[bytes]) -> bytes:
        out = bytearray()
        unseal(key, facts, lambda number: pieces[number] if number < len(pieces) else None, out.extend)
        return bytes(out)

    @pytest.fixture
    def key(self) -> CaseKey:
        return a_keyring().new_key(uuid4())

    def test_come_out_as_they_went_in(self, key: CaseKey) -> None:
        facts, pieces = self.sealed(key, b"one", b"two", b"three")
        assert facts == Facts(sha256=hashlib.sha256(b"onetwothree").hexdigest(), size=11, pieces=3)
        assert self.opened(key, facts, pieces) == b"onetwothree"

    def test_one_that_is_left_out_at_the_end_is_missed(self, key: CaseKey) -> None:
        facts, pieces = self.sealed(key, b"one", b"two")
        with pytest.raises(Unreadable, match="piece 2 of 2"):
            self.opened(key, facts, pieces[:-1])

    @pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (0, 0, 2), (0, 2, 2)])
    def test_in_another_order_they_do_not_open(self, key: CaseKey, order: tuple[int, ...]) -> None:
        facts, pieces = self.sealed(key, b"same", b"same", b"same")
        with pytest.raises(Unreadable):
            self.opened(key, facts, [pieces[number] for number in order])

    def test_one_of_another_file_does_not_open(self, key: CaseKey) -> None:
        facts, pieces = self.sealed(key, b"same", b"same")
        _, foreign = self.sealed(a_keyring().new_key(uuid4()), b"same", b"same")
        with pytest.raises(Unreadable):
            self.opened(key, facts, [pieces[0], foreign[1]])

    def test_a_changed_one_does_not_open(self, key: CaseKey) -> None:
        facts, pieces = self.sealed(key, b"one")
        with pytest.raises(Unreadable):
            self.opened(key, facts, [pieces[0][:-1] + bytes([pieces[0][-1] ^ 1])])

    def test_all_together_must_be_what_came_in(self, key: CaseKey) -> None:
        facts, _ = self.sealed(key, b"one", b"two")
        _, others = self.sealed(key, b"one", b"TWO")
        with pytest.raises(Unreadable, match="not what was handed over"):
            self.opened(key, facts, others)

    def test_the_facts_are_sealed_to_their_file(self, key: CaseKey) -> None:
        sealing = Sealing(key)
        sealing.seal(b"one")
        with pytest.raises(Unreadable):
            open_facts(a_keyring().new_key(uuid4()), sealing.sealed_facts())


_DIES = """
import os, signal, sys
from pathlib import Path
from common.files.storage import Storage, written
with Storage(Path(sys.argv[1]), in_memory=False).folder() as folder:
    with written(folder / "file") as file:
        file.write(b"clear")
    print(folder, flush=True)
    sys.stdin.read()
"""


def _is_usable(storage: Storage) -> bool:
    with storage.folder() as folder, written(folder / "file") as file:
        return file.write(b"x") == 1


class TestStorage:
    def test_is_for_its_owner_and_gone_afterwards(self, tmp_path: Path) -> None:
        storage = Storage(tmp_path, in_memory=False)
        with storage.folder() as folder:
            with written(folder / "file") as file:
                file.write(b"x")
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600
        assert not folder.exists()
        storage.close()
        assert list(tmp_path.iterdir()) == []

    def stopped(self, folder: Path) -> LeaseLost:
        (folder / "deep").mkdir()
        return LeaseLost()

    def test_is_gone_also_when_a_run_must_stop(self, tmp_path: Path) -> None:
        storage = Storage(tmp_path, in_memory=False)
        with pytest.raises(LeaseLost), storage.folder() as folder:
            raise self.stopped(folder)
        assert list(tmp_path.rglob("deep")) == []

    def test_what_a_killed_worker_left_is_removed_by_the_next(self, tmp_path: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", _DIES, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout is not None
            left = Path(worker.stdout.readline().strip())
            another = Storage(tmp_path, in_memory=False)
            assert (left / "file").read_bytes() == b"clear", "its worker lives"
            worker.send_signal(signal.SIGSTOP)
            Storage(tmp_path, in_memory=False).close()
            assert (left / "file").exists(), "its worker is only frozen"
            worker.kill()
            worker.wait()
            Storage(tmp_path, in_memory=False).close()
            assert not left.exists()
            another.close()
        assert list(tmp_path.iterdir()) == []

    def test_a_worker_whose_folder_was_removed_goes_on_in_another_one_that_is_its_own(self, tmp_path: Path) -> None:
        storage = Storage(tmp_path, in_memory=False)
        (lost,) = tmp_path.iterdir()
        with storage.folder():
            shutil.rmtree(lost)
        with ThreadPoolExecutor(4) as shifts:
            assert all(shifts.map(_is_usable, [storage] * 16))
        with storage.folder() as folder:
            Storage(tmp_path, in_memory=False).close()
            assert folder.exists(), "its worker lives"
        storage.close()
        assert list(tmp_path.iterdir()) == []

    def test_what_somebody_died_over_while_removing_it_is_removed(self, tmp_path: Path) -> None:
        (tmp_path / "roger-files-0").mkdir()
        (tmp_path / "roger-files-0" / "file").write_bytes(b"clear")
        Storage(tmp_path, in_memory=False).close()
        assert list(tmp_path.iterdir()) == []

    def test_nothing_is_followed_to_somewhere_else(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "precious").touch()
        (tmp_path / "root").mkdir()
        (tmp_path / "root" / "roger-files-x").symlink_to(elsewhere)
        Storage(tmp_path / "root", in_memory=False).close()
        assert (elsewhere / "precious").exists()

    def test_must_be_memory_where_that_is_asked_for(self, tmp_path: Path) -> None:
        if is_memory(tmp_path):
            pytest.skip("the folders of tests are memory here")
        with pytest.raises(ConfigurationError, match="ROGER_FILES_FOLDER"):
            Storage(tmp_path)

    @pytest.mark.skipif(not Path("/proc/mounts").exists(), reason="no Linux")
    def test_knows_memory(self) -> None:
        assert is_memory(Path("/dev/shm"))  # noqa: S108
        assert not is_memory(Path("/proc"))

    def test_a_folder_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="ROGER_FILES_FOLDER"):
            Storage(tmp_path / "none", in_memory=False)

    def test_a_full_one_is_said_in_words(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with pytest.raises(RobotFault, match="no room"), written(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        with pytest.raises(PermissionError), written(tmp_path / "other"):
            raise PermissionError(errno.EACCES, "Not that")
        with pytest.raises(FileExistsError), written(path):
            pass


class TestInMemory:
    def test_a_case_has_what_was_handed_over_until_it_gives_it_up(self) -> None:
        case = MemoryCase()
        name = case.hand_over(b"clear")
        run = case.run()
        with run.file(name) as path, run.file(HASH) as none:
            assert path is not None
            assert path.read_bytes() == b"clear"
            assert none is None
        assert not path.exists()
        run.discard_files()
        run.discard_files()
        with case.run().file(name) as path:
            assert path is None

    def test_a_run_that_dies_before_has_given_up_nothing(self) -> None:
        case = MemoryCase()
        name = case.hand_over(b"clear")
        with pytest.raises(LeaseLost):
            case.run(dies_at="discard:1").discard_files()
        assert name in case.files
        with pytest.raises(LeaseLost):
            case.run(dies_at="discarded:1").discard_files()
        assert case.files == {}

    def test_an_old_run_gives_up_nothing(self) -> None:
        case = MemoryCase()
        case.hand_over(b"clear")
        old = case.run()
        case.run()
        with pytest.raises(LeaseLost):
            old.discard_files()
        assert case.files
