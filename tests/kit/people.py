"""Documents whose people stand in parts."""

from typing import Any

from kit.papers import Parcel
from kit.stations import Station
from threeflow import envelope, parts, strict


def ordered(station: Station, name: str, until: str | None = None) -> tuple[dict[str, Any], bytes, bytes]:
    """An order whose buyer stands in a part: payload, sealed envelope, and the part."""
    octets = parts.make({"name": name, "address": {"lines": ["Musterweg 7"], "country": "DE"}})
    payload = Parcel().order
    payload["header"]["parts"] = [parts.bind("buyer", octets, ["import-clearance"], until)]
    payload["parties"]["buyer"] = {"part": "buyer", "country": "DE"}
    key = station.society.keys["xa.platform"].seal
    return payload, envelope.seal(strict.dump(payload), key, parts=[octets]), octets
