"""What is exported on the disk: whole or not there, in nobody else's place, and for its owner's eyes."""

from pathlib import Path

import pytest

from mailweir.adapters.export_files import FolderOfFiles, OneFile


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_has_its_name_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ann.zip"
    file = OneFile(path)
    file.write(b"one")
    file.write(b"two")
    assert not path.exists()
    file.end()
    file.abandon()
    assert (path.read_bytes(), mode(path)) == (b"onetwo", 0o600)
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_comes_to_nothing_leaves_nothing_behind(tmp_path: Path) -> None:
    file = OneFile(tmp_path / "ann.zip")
    file.write(b"one")
    file.abandon()
    file.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ann.zip", "ann.zip.part"])
def test_what_is_there_is_not_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(FileExistsError) as refused:
        OneFile(tmp_path / "ann.zip")
    assert refused.value.filename == str(tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_is_made_or_taken_when_it_is_empty(tmp_path: Path) -> None:
    for path in (tmp_path / "new", tmp_path / "empty"):
        if path.name == "empty":
            path.mkdir()
        folder = FolderOfFiles(path)
        for name in ("account.json", "mail/q1-0.eml", "mail/q2-0.eml"):
            folder.begin(name)
            folder.write(name.encode())
            folder.end()
        assert (path / "mail" / "q2-0.eml").read_bytes() == b"mail/q2-0.eml"
        assert mode(path / "account.json") == mode(path / "mail" / "q1-0.eml") == 0o600
        assert mode(path / "mail") == 0o700
    assert mode(tmp_path / "new") == 0o700


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    for path in (tmp_path, tmp_path / "mine"):
        with pytest.raises(FileExistsError):
            FolderOfFiles(path)
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]
