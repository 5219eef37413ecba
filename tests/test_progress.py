"""Progress: a bar for who watches, few lines elsewhere, and every item exactly once."""
import sys
import warnings

import pytest

from lib.store import progress


@pytest.mark.parametrize("items", [[], [3], list(range(50))])
def test_every_item_comes_once(items, monkeypatch, tmp_path):
    monkeypatch.setenv(progress.LOG, str(tmp_path / "log"))
    assert list(progress.bar(items, "counting")) == items


def test_a_long_loop_writes_lines_and_a_short_one_none(monkeypatch, tmp_path):
    monkeypatch.setenv(progress.LOG, str(tmp_path / "log"))
    list(progress.bar(range(9), "counting"))
    assert not (tmp_path / "log").exists()
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
    list(progress.bar(range(9), "counting"))
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 9 and lines[-1].startswith("counting: 9/9")


def test_without_a_terminal_there_is_no_bar(capsys, monkeypatch):
    monkeypatch.delenv(progress.LOG, raising=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)     # another test may have imported it
    list(progress.bar(range(9), "counting"))
    assert "\r" not in capsys.readouterr().err


def test_a_warning_becomes_a_line_and_is_not_shown_twice(monkeypatch, tmp_path, recwarn):
    monkeypatch.setenv(progress.LOG, str(tmp_path / "log"))
    with progress.log_warnings():
        warnings.warn("it has not converged", stacklevel=1)
        warnings.warn("it has not converged", stacklevel=1)
    assert (tmp_path / "log").read_text() == 2 * "it has not converged\n" and not recwarn.list


def test_an_error_passes_through_and_warnings_outside_stay(monkeypatch, tmp_path):
    monkeypatch.setenv(progress.LOG, str(tmp_path / "log"))
    with pytest.raises(ValueError, match="no map"), progress.log_warnings():
        raise ValueError("no map")
    with pytest.warns(UserWarning, match="outside"):
        warnings.warn("outside", stacklevel=1)
