"""A file that is fetched is there whole and right, or not at all, and one line says why."""

import hashlib
import io
import os
import socket
import threading
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from eligo.datasets import UnavailableError, fetching
from eligo.datasets.fetching import RemoteFile, fetch_file

CONTENT = np.random.default_rng(1).bytes(200_000)


def remote(*urls: str, content: bytes = CONTENT) -> RemoteFile:
    return RemoteFile(urls, hashlib.sha256(content).hexdigest(), len(content))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "a.bin"


def refusal(file: RemoteFile, target: Path) -> str:
    with pytest.raises(UnavailableError) as caught:
        fetch_file(file, target, "letters")
    message = str(caught.value)
    assert "\n" not in message and not target.exists()
    return message


def left_over(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir()) if target.parent.exists() else []


def test_a_file_is_fetched_whole(server, target):
    server.contents["/a"] = CONTENT
    assert fetch_file(remote(server.url("/a")), target, "letters") == target
    assert target.read_bytes() == CONTENT and left_over(target) == ["a.bin"]
    assert server.asked == [("/a", None)]


@pytest.mark.parametrize("has_ranges", [True, False])
def test_what_has_come_so_far_is_not_fetched_again_unless_the_server_cannot(server, target, has_ranges):
    server.contents["/a"], server.has_ranges = CONTENT, has_ranges
    target.parent.mkdir()
    target.with_name("a.bin.partial").write_bytes(CONTENT[:70_000])
    fetch_file(remote(server.url("/a")), target, "letters")
    assert target.read_bytes() == CONTENT and left_over(target) == ["a.bin"]
    assert server.asked == [("/a", "bytes=70000-")]


def test_a_connection_that_breaks_off_is_taken_up_where_it_broke(server, target):
    server.contents["/a"], server.faults = CONTENT, [50_000, 100_000]
    fetch_file(remote(server.url("/a")), target, "letters")
    assert target.read_bytes() == CONTENT
    assert server.asked == [("/a", None), ("/a", "bytes=50000-"), ("/a", "bytes=150000-")]


def test_a_connection_that_keeps_breaking_off_leaves_a_partial_file_for_the_next_call(server, target):
    server.contents["/a"], server.faults = CONTENT, [1000, 1000, 1000]
    message = refusal(remote(server.url("/a")), target)
    assert "127.0.0.1: the connection broke off after 3000 of 200000 bytes" in message
    assert "Run `eligo data fetch letters` when the network is there" in message and "ELIGO_DATA" in message
    assert left_over(target) == ["a.bin.partial"]
    fetch_file(remote(server.url("/a")), target, "letters")
    assert target.read_bytes() == CONTENT and server.asked[-1] == ("/a", "bytes=3000-")


@pytest.mark.parametrize("beginning", [b"not the beginning", CONTENT + b"more", bytes(len(CONTENT))])
def test_a_partial_file_of_something_else_is_thrown_away(server, target, beginning):
    server.contents["/a"] = CONTENT
    target.parent.mkdir()
    target.with_name("a.bin.partial").write_bytes(beginning)
    fetch_file(remote(server.url("/a")), target, "letters")
    assert target.read_bytes() == CONTENT and left_over(target) == ["a.bin"]
    assert server.asked[-1] == ("/a", None)


def test_a_server_that_resumes_elsewhere_is_asked_from_the_beginning(server, target):
    server.contents["/a"], server.faults = CONTENT, ["other range"]
    target.parent.mkdir()
    target.with_name("a.bin.partial").write_bytes(CONTENT[:5])
    fetch_file(remote(server.url("/a")), target, "letters")
    assert target.read_bytes() == CONTENT and server.asked[1:] == [("/a", None)]


def test_a_partial_file_longer_than_what_the_server_has_is_thrown_away(server, target):
    server.contents["/a"] = CONTENT[:100]
    target.parent.mkdir()
    target.with_name("a.bin.partial").write_bytes(CONTENT[:1000])
    assert "it gives 100 bytes, expected 200000" in refusal(remote(server.url("/a")), target)
    assert left_over(target) == []


def test_other_data_are_refused_and_not_kept(server, target):
    other = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    server.contents["/a"] = other
    message = refusal(remote(server.url("/a")), target)
    assert hashlib.sha256(other).hexdigest() in message and hashlib.sha256(CONTENT).hexdigest() in message
    assert left_over(target) == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("none", "127.0.0.1: it gives 300 bytes, expected 200000"),
        ("no length", "127.0.0.1: it broke off after 1300 of 200000 bytes, and cannot go on there"),
    ],
)
def test_a_page_in_the_place_of_the_file_is_refused(server, target, fault, said):
    server.contents["/a"], server.faults = b"<html>" * 50, [fault]
    assert said in refusal(remote(server.url("/a")), target)
    assert left_over(target) == []


def test_a_stream_without_end_is_cut(server, target):
    server.contents["/a"], server.faults = CONTENT, ["no length"]
    assert "it gives more than the 200000 bytes that are expected" in refusal(remote(server.url("/a")), target)
    assert left_over(target) == []


def test_the_second_address_serves_where_the_first_does_not(server, target):
    server.contents["/b"] = CONTENT
    fetch_file(remote(server.url("/a"), server.url("/b")), target, "letters")
    assert target.read_bytes() == CONTENT and [path for path, _ in server.asked] == ["/a", "/b"]


def test_what_is_wrong_with_each_address_is_said(server, target):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound, and nobody listens
        port = unheard.getsockname()[1]
        urls = (server.url("/none"), f"http://127.0.0.1:{port}/a", "https://data.invalid/a")
        message = refusal(remote(*urls), target)
    assert "127.0.0.1: HTTP 404 Not Found; " in message
    assert "127.0.0.1: Connection refused; data.invalid: Name or service not known. Run" in message
    assert left_over(target) == []


def test_a_server_that_says_nothing_is_not_waited_for(server, target, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT", 0.05)
    server.contents["/a"], server.faults = CONTENT, ["silent"]
    assert "no answer within 0.05 seconds" in refusal(remote(server.url("/a")), target)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full, whose disk is always full")
def test_a_full_disk_is_said_and_leaves_nothing(server, target):
    server.contents["/a"] = CONTENT
    target.parent.mkdir()
    target.with_name("a.bin.partial").symlink_to("/dev/full")
    message = refusal(remote(server.url("/a")), target)
    assert message == (
        f"the disk is full: a.bin needs 0.2 MB in {str(target.parent)!r}. Free some space, or set XDG_CACHE_HOME "
        "to a folder on another disk."
    )
    assert left_over(target) == []


def test_a_disk_that_fills_up_on_the_way_is_said_and_leaves_nothing(server, target, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    server.contents["/a"] = CONTENT
    monkeypatch.setattr(os, "fsync", full)
    assert refusal(remote(server.url("/a")), target).startswith("the disk is full: a.bin needs 0.2 MB")
    assert left_over(target) == []


def test_a_folder_that_cannot_be_made_is_said(server, tmp_path):
    server.contents["/a"] = CONTENT
    (tmp_path / "file").touch()
    message = refusal(remote(server.url("/a")), tmp_path / "file" / "eligo" / "a.bin")
    assert message.startswith("cannot keep a.bin in ") and "Not a directory. Set XDG_CACHE_HOME" in message
    assert server.asked == []


def test_two_that_fetch_at_once_fetch_once(server, target):
    server.contents["/a"] = CONTENT
    threads = [
        threading.Thread(target=fetch_file, args=(remote(server.url("/a")), target, "letters")) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_bytes() == CONTENT and left_over(target) == ["a.bin"] and len(server.asked) == 1


def test_a_terminal_sees_a_bar(server, target, monkeypatch):
    seen = io.StringIO()
    monkeypatch.setattr(fetching, "Console", lambda stderr: Console(file=seen, force_terminal=True, width=100))
    server.contents["/a"] = CONTENT
    fetch_file(remote(server.url("/a")), target, "letters")
    assert "a.bin" in seen.getvalue() and "200.0" in seen.getvalue()


def test_what_is_no_terminal_sees_nothing(server, target, capfd):
    server.contents["/a"] = CONTENT
    fetch_file(remote(server.url("/a")), target, "letters")
    assert capfd.readouterr() == ("", "")
