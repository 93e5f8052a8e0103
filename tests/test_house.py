"""The house: who stands on whom."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_two_modules_of_the_engine_need_each_other():
    graph = grimp.build_graph("engine", cache_dir=None)
    known = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    TopologicalSorter(known).prepare()  # raises CycleError, which names a circle
