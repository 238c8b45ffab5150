"""Vectors of strict JSON: octets in base64, and whether they may be read."""

from base64 import b64encode
from typing import Final

from tools.vectors.material import Case, case

_BAD: Final[list[tuple[str, str, bytes]]] = [
    ("empty text", "TF-CONV-1", b""),
    ("byte order mark", "TF-CONV-1", b'\xef\xbb\xbf{"a":1}'),
    ("UTF-16", "TF-CONV-1", '{"a":1}'.encode("utf-16-le")),
    ("octet that is no UTF-8", "TF-CONV-1", b'{"a":"\xff"}'),
    ("surrogate encoded as UTF-8", "TF-CONV-1", b'{"a":"\xed\xa0\x80"}'),
    ("overlong UTF-8", "TF-CONV-1", b'{"a":"\xc0\xaf"}'),
    ("two texts", "TF-CONV-1", b"{}{}"),
    ("trailing comma", "TF-CONV-1", b'{"a":1,}'),
    ("comment", "TF-CONV-1", b'{"a":1}//'),
    ("control character in a string", "TF-CONV-1", b'{"a":"\x01"}'),
    ("vertical tab as white space", "TF-CONV-1", b'{"a":\x0b1}'),
    ("single quotes", "TF-CONV-1", b"{'a':1}"),
    ("zero in front", "TF-CONV-1", b'{"a":01}'),
    ("duplicate member", "TF-CONV-2", b'{"a":1,"a":1}'),
    ("duplicate member deep inside", "TF-CONV-2", b'{"b":[{"a":{"c":1,"d":2,"c":3}}]}'),
    ("duplicate member after unescaping", "TF-CONV-2", rb'{"a":1,"\u0061":2}'),
    ("lone high surrogate", "TF-CONV-3", rb'{"a":"\ud83d"}'),
    ("lone low surrogate", "TF-CONV-3", rb'{"a":"\ude00"}'),
    ("surrogates in wrong order", "TF-CONV-3", rb'{"a":"\ude00\ud83d"}'),
    ("lone surrogate in a name", "TF-CONV-3", rb'{"\ud800":1}'),
    ("U+0000 in a value", "TF-CONV-3", rb'{"a":"\u0000"}'),
    ("U+0000 in a name", "TF-CONV-3", rb'{"\u0000":1}'),
    ("value in form D", "TF-CONV-4", '{"a":"e\u0301"}'.encode()),
    ("name in form D", "TF-CONV-4", '{"e\u0301":1}'.encode()),
    ("escaped form D", "TF-CONV-4", rb'{"a":"e\u0301"}'),
    ("compatibility singleton", "TF-CONV-4", '{"a":"\u212b"}'.encode()),
    ("33 levels of arrays", "TF-CONV-5", b"[" * 33 + b"]" * 33),
    ("33 levels of both", "TF-CONV-5", b'{"a":[' * 16 + b"{}" + b"]}" * 16),
    ("10,000 levels of arrays", "TF-CONV-5", b"[" * 10_000 + b"]" * 10_000),
    ("10,000 levels never closed", "TF-CONV-5", b'{"a":' * 10_000),
    ("fraction", "TF-CONV-6", b'{"a":1.5}'),
    ("fraction of zero", "TF-CONV-6", b'{"a":1.0}'),
    ("fraction in an array", "TF-CONV-6", b"[1,2.5,3]"),
    ("fraction as the whole text", "TF-CONV-6", b"1.5"),
    ("exponent", "TF-CONV-6", b'{"a":1e2}'),
    ("great exponent", "TF-CONV-6", b'{"a":1E400}'),
    ("minus zero", "TF-CONV-6", b'{"a":-0}'),
    ("2^53", "TF-CONV-6", b'{"a":9007199254740992}'),
    ("-2^53", "TF-CONV-6", b'{"a":-9007199254740992}'),
    ("2^64", "TF-CONV-6", b'{"a":18446744073709551616}'),
    ("5,000 digits", "TF-CONV-6", b'{"a":' + b"9" * 5000 + b"}"),
    ("NaN", "TF-CONV-6", b'{"a":NaN}'),
    ("Infinity", "TF-CONV-6", b'{"a":Infinity}'),
    ("minus Infinity", "TF-CONV-6", b'{"a":-Infinity}'),
]

_GOOD: Final[list[tuple[str, str, bytes]]] = [
    ("empty object", "TF-CONV-1", b"{}"),
    ("white space", "TF-CONV-1", b' {\r\n\t"a" : [ 1 , true , null ] }\n'),
    ("Chinese in form C", "TF-CONV-4", '{"a":"三流合一"}'.encode()),
    ("a pair of surrogates", "TF-CONV-3", rb'{"a":"\ud83d\ude00"}'),
    ("a combining mark that has no composed form", "TF-CONV-4", '{"a":"x\u0301"}'.encode()),
    ("a combining mark behind an escape", "TF-CONV-4", '{"a":"\\n\u0303"}'.encode()),
    ("one name in two objects", "TF-CONV-2", b'[{"a":1},{"a":1}]'),
    ("names that differ in case", "TF-CONV-2", b'{"a":1,"A":1}'),
    ("32 levels", "TF-CONV-5", b"[" * 32 + b"]" * 32),
    ("brackets in a string", "TF-CONV-5", b'{"a":"' + b"[{" * 100 + b'"}'),
    ("brackets and escaped quotes in a string", "TF-CONV-5", b'{"a":"' + b'\\"[' * 100 + b'"}'),
    ("2^53-1", "TF-CONV-6", b'{"a":9007199254740991}'),
    ("-(2^53-1)", "TF-CONV-6", b'{"a":-9007199254740991}'),
    ("what looks like a fraction in a string", "TF-CONV-6", b'{"a":"x:1.5,","b":"09:30:15.25Z"}'),
]


def files() -> dict[str, object]:
    """Return the vector files by path."""
    cases: list[Case] = []
    for verdict, entries in (("ok", _GOOD), ("json-malformed", _BAD)):
        cases += [
            case(name, verdict, requirement, octets=b64encode(octets).decode())
            for name, requirement, octets in entries
        ]
    return {"strict/cases.json": {"cases": cases}}
