"""What the application arranges around its window."""

from __future__ import annotations

import gc

from ui import app


def test_collections_pass_over_what_was_there_before_the_first_frame():
    gc.disable()
    try:
        app._spare_what_stays()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.enable()
        gc.unfreeze()
