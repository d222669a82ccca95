"""Tests for `pytest --unfreed` to judge: what each is called says what must come of it"""
import logging
import queue
import threading
import warnings

import pytest

import building

lose = building.load("lose.c")
try:
    lose_nogil = building.load("lose_nogil.pyx").lose_without_gil
except SystemExit:
    lose_nogil = None
kept, cache = [], {}
asked, done, older = queue.SimpleQueue(), queue.SimpleQueue(), [bytes(1000 + n) for n in range(100)]


class User:
    pass


def test_leaks_a_list():
    lose.lose_list()


def test_leaks_a_dict():
    lose.lose_dict()


def test_leaks_a_str():
    lose.lose_str()


def test_leaks_a_user_object():
    lose.lose_reference(User())


def test_leaks_pymem():
    lose.lose_pymem()


def test_leaks_malloc():
    lose.lose_malloc()


@pytest.mark.skipif(lose_nogil is None, reason="no Cython for this Python")
def test_leaks_without_the_gil():
    lose_nogil(16)


def test_leaks_what_a_list_holds():
    kept.append({"a": [1]})


@pytest.fixture
def forgetful():
    lose.lose_list()
    yield 1


def test_leaks_in_a_fixture(forgetful):
    pass


class TestClass:
    def setup_method(self):
        lose.lose_dict()

    def test_leaks_in_setup(self):
        pass


@pytest.fixture
def innocent(tmp_path):
    (tmp_path / "x").write_text("x")
    yield [1, 2]


@pytest.fixture(scope="module")
def shared():
    return [1]


def test_clean():
    lose.lose_nothing()
    assert sorted([3, 1, 2]) == [1, 2, 3]


def test_clean_with_fixtures(innocent, shared, monkeypatch, capsys):
    monkeypatch.setenv("A", "b")
    print("x")
    assert capsys.readouterr().out == "x\n"


def test_clean_cache():
    cache.setdefault("x", [1, 2, 3])


def test_clean_cycles():
    a, b = [], []
    a.append(b)
    b.append(a)


def test_clean_logs_and_warnings(caplog):
    logging.warning("said")
    with pytest.warns(UserWarning):
        warnings.warn("said")
    warnings.warn("said to pytest")


def test_clean_exception():
    with pytest.raises(ValueError):
        int("x")


def test_clean_thread():
    thread = threading.Thread(target=lambda: [0] * 1000)
    thread.start()
    thread.join()


def release_one():
    while asked.get():
        older.pop()
        done.put(1)


@pytest.fixture(scope="module", autouse=True)
def releaser():
    thread = threading.Thread(target=release_one)
    thread.start()
    yield
    asked.put(0)
    thread.join()


def test_leaks_while_another_thread_releases():
    asked.put(1)
    done.get()
    lose.lose_pymem()


def test_leaks_while_it_releases_what_was_older():
    older.pop()
    lose.lose_pymem()


def test_clean_replaced():
    kept[:1] = [[len(kept)]]


@pytest.mark.leaks
def test_clean_since_it_may():
    lose.lose_list()


@pytest.mark.leaks(ok=["may_*", "other"])
def test_clean_since_that_function_may():
    may_lose()


def may_lose():
    lose.lose_list()


@pytest.mark.leaks(max_blocks=2)
def test_clean_since_so_many_may():
    lose.lose_list()
    lose.lose_list()


@pytest.mark.leaks(max_blocks=1)
def test_leaks_more_than_it_may():
    lose.lose_list()
    lose.lose_list()


@pytest.mark.parametrize("n", [1, 2])
def test_clean_parameters(n):
    assert n
