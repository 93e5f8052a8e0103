"""Files of arrays with far too many of them: told by counting, since to parse them would take gigabytes."""

from __future__ import annotations

import struct

MOST_ARRAYS = 10_000  # in a file; the largest network here has 136, an optimizer's memory with it 4,000
_MEMBER = b"PK\x01\x02"  # begins the entry of a member in a zip archive's list
_LENGTH = struct.Struct("<Q")  # of the header, at the begin of a safetensors file


def is_crowded_zip(content: bytes) -> bool:
    """Tell whether a zip archive has more members than any network has arrays."""
    return content.count(_MEMBER) > MOST_ARRAYS


def is_crowded_safetensors(content: bytes) -> bool:
    """Tell whether a safetensors file has more tensors than any network.

    Each has a key ``dtype``, as it is or with escapes, which no other writer needs so often.
    """
    if len(content) < _LENGTH.size:
        return False
    end = _LENGTH.size + _LENGTH.unpack_from(content)[0]
    return content.count(b'"dtype"', 0, end) + content.count(b"\\u00", 0, end) > MOST_ARRAYS
