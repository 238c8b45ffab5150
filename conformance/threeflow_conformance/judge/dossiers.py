"""A dossier's bundle judged piece by piece: layout, digests, seals, receipts, proofs (page dossier)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from threeflow_conformance.judge import merkle, schemas
from threeflow_conformance.judge.octets import digest, parse
from threeflow_conformance.judge.seals import ListedKey, SealError, open_envelope

__all__ = ["problems"]

Problem = tuple[str, str]


def problems(octets: bytes, keys: Mapping[str, ListedKey], head_digest: str) -> list[Problem]:
    """What is wrong with a bundle: the requirement and words, each."""
    try:
        bundle = parse(octets)
    except ValueError as error:
        return [("TF-DOS-2", str(error))]
    if not isinstance(bundle, dict) or list(bundle) != [
        "dossier",
        "head",
        "documents",
        "checkpoint",
        "witnesses",
    ]:
        return [("TF-DOS-1", "the members are not exactly those of the page, in their order")]
    if _dump(bundle) != octets:
        return [("TF-DOS-2", "the octets are not those of the one layout")]
    if bundle["dossier"] != "1.0":
        return [("TF-DOS-3", f"dossier is {bundle['dossier']}")]
    try:
        return list(_pieces(bundle, keys, head_digest))
    except SealError as error:
        return [("TF-DOS-12" if error.requirement == "TF-SEAL-8" else "TF-DOS-4", str(error))]


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _pieces(bundle: Mapping[str, Any], keys: Mapping[str, ListedKey], head_digest: str) -> Iterator[Problem]:
    head = open_envelope(_dump(bundle["head"]), keys)
    said = head.value
    if head.digest != head_digest:
        yield "TF-DOS-5", "the bundle has another head than the one that was given out"
    for broken in schemas.violations("protocol/dossier-head", said)[:3]:
        yield "TF-DOS-7", broken
    if len(bundle["documents"]) != len(said["documents"]):
        yield "TF-DOS-10", "the bundle has not the documents that the head names"
        return
    checkpoint = open_envelope(_dump(bundle["checkpoint"]), keys)
    if checkpoint.value["header"]["issuer"] != said["header"]["issuer"]:
        yield "TF-DOS-20", "the checkpoint is another node's"
    if (
        checkpoint.digest != said["checkpoint"]["digest"]
        or digest(_dump(bundle["checkpoint"])) != said["checkpoint"]["entry"]
    ):
        yield "TF-DOS-11", "the checkpoint is not the one that the head names"
    for entry, named in zip(bundle["documents"], said["documents"], strict=True):
        yield from _entry(entry, named, keys, said, checkpoint.value)
    yield from _witnesses(bundle, keys, said, checkpoint.digest)
    if datetime.fromisoformat(said["asOf"]) > datetime.fromisoformat(said["header"]["issuedAt"]):
        yield "TF-DOS-30", "asOf is after issuedAt"


def _witnesses(
    bundle: Mapping[str, Any], keys: Mapping[str, ListedKey], said: Mapping[str, Any], checkpoint: str
) -> Iterator[Problem]:
    entries = [digest(_dump(each)) for each in bundle["witnesses"]]
    if entries != [each["entry"] for each in said["witnesses"]]:
        yield "TF-DOS-11", "the witnesses are not those that the head names"
    own = said["header"]["issuer"].partition(".")[0]
    for each in bundle["witnesses"]:
        witness = open_envelope(_dump(each), keys).value
        fits = (
            witness["document"]["digest"] == checkpoint
            and witness["header"]["issuer"].partition(".")[0] != own
        )
        if not fits:
            yield "TF-DOS-21", "a witness is no receipt of another jurisdiction for the checkpoint"


def _entry(
    entry: Mapping[str, Any], named: Mapping[str, Any], keys: Mapping[str, ListedKey], head: Mapping[str, Any],
    checkpoint: Mapping[str, Any],
) -> Iterator[Problem]:  # fmt: skip
    document = open_envelope(_dump(entry["document"]), keys)
    header = document.value["header"]
    if digest(_dump(entry)) != named["entry"] or document.digest != named["digest"]:
        yield "TF-DOS-10", f"{named['id']} has other octets than the head names"
    if (header["type"], header.get("kind"), header["issuer"], header["id"]) != (
        named["type"], named["kind"], named["issuer"], named["id"],
    ):  # fmt: skip
        yield "TF-DOS-13", f"{named['id']} is not what the head names"
    for broken in schemas.violations(header["type"], document.value)[:1]:
        yield "TF-DOS-13", f"{named['id']}: {broken}"
    if header["environment"] != head["header"]["environment"]:
        yield "TF-DOS-15", f"{named['id']} is of another environment"
    wanted = [
        each["digest"] for each in header.get("parts", ()) if each["name"] not in named["withheldParts"]
    ]
    if [digest(each) for each in document.parts] != wanted:
        yield "TF-DOS-17", f"the parts of {named['id']} are not those that were left to give"
    receipt = open_envelope(_dump(entry["receipt"]), keys)
    about = receipt.value["document"]
    if (about["issuer"], about["id"], about["digest"]) != (named["issuer"], named["id"], named["digest"]):
        yield "TF-DOS-18", f"the receipt beside {named['id']} is about another document"
    if receipt.value["header"]["issuer"] != head["header"]["issuer"]:
        yield "TF-DOS-18", f"the receipt beside {named['id']} is another node's"
    proof = entry["proof"]
    path = [bytes.fromhex(each.removeprefix("sha-256:")) for each in proof["path"]]
    root = bytes.fromhex(checkpoint["root"].removeprefix("sha-256:"))
    right = (proof["index"], proof["size"]) == (receipt.value["log"]["index"], checkpoint["size"])
    if not right or not merkle.included(
        merkle.leaf(receipt.payload), proof["index"], proof["size"], path, root
    ):
        yield "TF-DOS-19", f"the receipt of {named['id']} does not lead to the checkpoint's root"
