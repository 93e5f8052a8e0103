"""Fail when a test report (JUnit XML) holds no test or a skipped one."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(path: Path) -> int:
    """Return the exit status for the report at ``path``."""
    cases = list(ElementTree.parse(path).iter("testcase"))
    skipped = [case.get("name") for case in cases if case.find("skipped") is not None]
    if not cases or skipped:
        print(f"{len(cases)} tests, skipped: {', '.join(map(str, skipped)) or 'none'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
