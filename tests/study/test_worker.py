"""What a run holds back while it starts its workers."""

import signal
import threading

import pytest

from eligo._devices import memory_bound
from eligo.study.worker import stops_held_back, worker_environment


@pytest.fixture
def press_ctrl_c():
    """Let another thread get Ctrl-C: the system hands a signal to any, and Python's handler runs in the main one.

    The thread begins before Ctrl-C is held back, else it would inherit that.
    """
    pressing, pressed = threading.Event(), threading.Event()

    def run() -> None:
        pressing.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        pressed.set()

    thread = threading.Thread(target=run)
    thread.start()

    def press() -> None:
        pressing.set()
        assert pressed.wait(timeout=20)

    yield press
    pressing.set()
    thread.join()


@pytest.fixture(autouse=True)
def python_s_own_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_is_seen_after_what_holds_it_back(press_ctrl_c):
    reached_the_end = False
    with pytest.raises(KeyboardInterrupt):
        with stops_held_back():
            press_ctrl_c()
            reached_the_end = True
    assert reached_the_end
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_shell_that_ignores_ctrl_c_is_obeyed(press_ctrl_c):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with stops_held_back():
        press_ctrl_c()
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


@pytest.mark.parametrize("told", [None, "6", "1e-6"])
def test_workers_share_the_bound_on_memory(monkeypatch: pytest.MonkeyPatch, told: str | None):
    if told is None:
        monkeypatch.delenv("ELIGO_MEMORY", raising=False)
    else:
        monkeypatch.setenv("ELIGO_MEMORY", told)
    whole = memory_bound()
    with worker_environment(3):
        assert memory_bound() == pytest.approx(whole / 3, rel=1e-5, abs=1)
    assert memory_bound() == whole


def test_in_another_thread_nothing_is_asked_of_the_handlers():
    done = []

    def start() -> None:
        with stops_held_back():
            done.append(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, set()))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert done == [True]
