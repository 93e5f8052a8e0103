"""Ways to damage a project file: in its bytes, as an archive, in its JSON, in its arrays and tables."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load, save

from engine.catalog.entry import MOST_COUNTED
from engine.files.projects.record import MOST_SECONDS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Mutation = Callable[[random.Random, bytes], bytes]

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 7, 1024, 10**6, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**400,
    0.5, -0.0, 1e-320, 1e308, float("nan"), float("inf"), float("-inf"),
    "", "x", "Infinity", "NaN", "../../x", "/etc/passwd", "a\0b", "\ud800", "line\nbreak", "ä" * 5000,
    [], {}, [[]], [None], {"": 0}, [0] * 2000, {"kind": "adam"}, "adam", "lbfgs", "plateau", "csv",
    "batch", "full", "x1*x2", "1/(x1-x1)", "exp(exp(exp(x1)))",
)  # fmt: skip
NAMES = (
    "project.json", "experiment.json", "weights.safetensors", "state.safetensors", "data.csv", "history.csv",
    "../evil.csv", "/tmp/evil.csv", "..\\evil.csv", "data.csv/", "tables/../../evil", "Data.csv", " ", "con",
    "project.json\0.csv", "x" * 3000,
)  # fmt: skip
COUNTERS = ("epoch", "step", "restored", "best_epoch", "bad_epochs", "evaluations", "taken_back")
DTYPES = ("float16", "float32", "float64", "int8", "int32", "int64", "uint8", "uint64", "bool")


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_hash(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return members whose table passes for the one that was saved."""
    record = json.loads(members["project.json"])
    record["table_sha256"] = hashlib.sha256(members["data.csv"]).hexdigest()
    return {**members, "project.json": json.dumps(record).encode()}


def at_the_end(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return members in which everything that a run counts has come to the largest number there is."""

    def counted(found: Any) -> Any:
        if not isinstance(found, dict):
            return found
        return {
            key: MOST_COUNTED if key in COUNTERS and value is not None else counted(value)
            for key, value in found.items()
        }

    record = json.loads(members["project.json"])
    record |= counted({key: record[key] for key in ("run", "taken_back")})
    record["run"]["watch"]["seconds"] = MOST_SECONDS
    arrays = load(members["state.safetensors"])
    for name in arrays:
        if name.endswith("counters"):
            arrays[name][:2] = MOST_COUNTED
    record_text = json.dumps(record).encode()
    return {**members, "project.json": record_text, "state.safetensors": save(arrays)}


def zipped(members: Any, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of (name, content) pairs; names may come twice."""
    import warnings

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return buffer.getvalue()


# In the bytes


def flipped(rng: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8))):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content))]


def spliced(rng: random.Random, content: bytes) -> bytes:
    """Delete, repeat, insert or zero a piece."""
    at, length = rng.randrange(len(content)), rng.randrange(1, 200)
    piece = content[at : at + length]
    new = rng.choice((b"", piece * 2, rng.randbytes(length), bytes(len(piece)), b"PK\x05\x06" + piece))
    return content[:at] + new + content[at + length :]


def surrounded(rng: random.Random, content: bytes) -> bytes:
    extra = rng.randbytes(rng.randrange(1, 100))
    return rng.choice((extra + content, content + extra, content + content, content + bytes(22)))


# As an archive


def members_moved(rng: random.Random, content: bytes) -> bytes:
    """Drop, rename, repeat, exchange, empty or fill a member."""
    members = list(members_of(content).items())
    i, k = rng.randrange(len(members)), rng.randrange(len(members))
    name, data = members[i]
    match rng.randrange(8):
        case 0:
            del members[i]
        case 1:
            members[i] = rng.choice(NAMES), data
        case 2:
            members.append((name, members[k][1]))
        case 3:
            members[i], members[k] = (name, members[k][1]), (members[k][0], data)
        case 4:
            members[i] = name, b""
        case 5:
            members[i] = name, bytes(rng.choice((1, 1000, 30_000_000)))
        case 6:
            members += [(f"{n}", b"x") for n in range(rng.choice((1, 20, 500)))]
        case _:
            members.append((rng.choice(NAMES), data))
    return zipped(members)


def compressed_otherwise(rng: random.Random, content: bytes) -> bytes:
    return zipped(members_of(content), rng.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED)))


def linked(rng: random.Random, content: bytes) -> bytes:
    """Make a member a symbolic link."""
    members = members_of(content)
    chosen = rng.choice(list(members))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o120777 if name == chosen else 0o100644) << 16
            archive.writestr(entry, b"/etc/passwd" if name == chosen else data)
    return buffer.getvalue()


def directory_edited(rng: random.Random, content: bytes) -> bytes:
    """Write over a field of the list of members, or of a member's own head."""
    found = bytearray(content)
    signature = rng.choice((b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"))
    starts = [i for i in range(len(content)) if content.startswith(signature, i)]
    at = rng.choice(starts) + 4 + 2 * rng.randrange(20)
    size = rng.choice((2, 4))
    value = rng.choice((0, 1, 8, 99, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, rng.getrandbits(32)))
    packed = struct.pack("<L", value)[:size]
    found[at : at + size] = packed
    return bytes(found[: len(content)])


# In its JSON


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found += _places(inner, (*path, key)) if isinstance(inner, dict | list) else [(*path, key)]
    return found


def json_edited(rng: random.Random, content: bytes) -> bytes:
    """Replace, delete, add or repeat values of a JSON member."""
    members = members_of(content)
    name = rng.choice(("project.json", "experiment.json"))
    document = json.loads(members[name])
    for _ in range(rng.choice((1, 1, 1, 3))):
        *path, last = rng.choice(_places(document)[1:])
        holder = document
        for key in path:
            holder = holder[key]
        match rng.randrange(5):
            case 0:
                del holder[last]
            case 1 if isinstance(holder, dict):
                holder[rng.choice(("x", "kind", "units", ""))] = rng.choice(STRANGE)
            case 2 if isinstance(holder[last], int | float):
                holder[last] = holder[last] * rng.choice((-1, 2, 10, 1000)) + rng.choice((0, 1))
            case _:
                holder[last] = rng.choice(STRANGE)
    members[name] = json.dumps(document).encode()
    return zipped(members)


def json_broken(rng: random.Random, content: bytes) -> bytes:
    """Damage a JSON member as text."""
    members = members_of(content)
    name = rng.choice(("project.json", "experiment.json"))
    deep = b'{"a":' * 100_000
    damage = rng.choice(
        (flipped, cut, spliced, lambda r, c: deep, lambda r, c: b"[" * 10**6, lambda r, c: b"0")
    )
    members[name] = damage(rng, members[name])
    return zipped(members)


# In its arrays and tables


def arrays_edited(rng: random.Random, content: bytes) -> bytes:
    """Give arrays other values, types, shapes or names, in files that are safetensors still."""
    members = members_of(content)
    name = rng.choice(("weights.safetensors", "state.safetensors"))
    arrays = load(members[name])
    for _ in range(rng.choice((1, 1, 2))):
        key = rng.choice(list(arrays))
        array = arrays[key]
        match rng.randrange(6):
            case 0:
                del arrays[key]
                if not arrays:
                    break
            case 1:
                arrays[rng.choice(("x", "layers.0.weight", key + ".flat", "../x"))] = array
            case 2:
                arrays[key] = np.ascontiguousarray(array.reshape(-1)[: rng.randrange(array.size + 1)])
            case 3:
                with np.errstate(all="ignore"):
                    arrays[key] = array.astype(rng.choice(DTYPES))
            case 4 if array.ndim > 1:
                arrays[key] = np.ascontiguousarray(array.T)
            case _ if array.size:
                values = array.copy().reshape(-1)
                strange = (
                    (0, 1, 2**31, 2**62) if array.dtype.kind in "iu" else (np.nan, np.inf, 1e38, -1e-45, -1)
                )
                with np.errstate(all="ignore"):
                    values[rng.randrange(values.size)] = rng.choice(strange)
                arrays[key] = values.reshape(array.shape)
    members[name] = save(arrays)
    return zipped(members)


def arrays_broken(rng: random.Random, content: bytes) -> bytes:
    """Damage a member of arrays as bytes, most often in its header."""
    members = members_of(content)
    name = rng.choice(("weights.safetensors", "state.safetensors"))
    data = members[name]
    length = 8 + int.from_bytes(data[:8], "little")
    damage = rng.choice((flipped, cut, spliced))
    where = rng.choice((8, length, len(data)))
    members[name] = damage(rng, data[:where]) + data[where:]
    return zipped(members)


def tables_edited(rng: random.Random, content: bytes) -> bytes:
    """Damage a table or the curves as text."""
    members = members_of(content)
    name = rng.choice([name for name in members if name.endswith(".csv")])
    damage = rng.choice((flipped, cut, spliced))
    members[name] = damage(rng, members[name] or b"x")
    if name == "data.csv":
        members = with_hash(members)
    return zipped(members)


OF_BYTES: tuple[Mutation, ...] = (flipped, cut, spliced, surrounded, directory_edited)
MUTATIONS: tuple[Mutation, ...] = (
    *OF_BYTES,
    members_moved,
    compressed_otherwise,
    linked,
    json_edited,
    json_edited,
    json_edited,
    json_broken,
    arrays_edited,
    arrays_edited,
    arrays_broken,
    tables_edited,
)
