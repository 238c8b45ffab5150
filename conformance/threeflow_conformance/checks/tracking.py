"""Who may see what: what is not the caller's is not there (TF-INTAKE-12)."""

from threeflow_conformance.judge.answers import JOSE, JSON
from threeflow_conformance.judge.table import Act
from threeflow_conformance.registry import check
from threeflow_conformance.scene import Scene


@check("TF-INTAKE-12")
async def not_yours(scene: Scene) -> None:
    """Not held and not yours are answered alike, octet for octet but for what the request itself said."""
    stranger = scene.network.home("bystander")
    paper = scene.papers.order()
    await scene.taken(paper, "accepted")
    ghost = scene.papers.order()
    for what in ("", "/receipt"):
        mine = await scene.fetch(paper, stranger, what)
        none = await scene.fetch(ghost, stranger, what)
        scene.expect("TF-INTAKE-12", mine.code == "not-found", f"a stranger got {mine.said}")
        same = (mine.status, dict(mine.problem)) == (none.status, dict(none.problem))
        scene.expect("TF-INTAKE-12", same, "not yours is told apart from not held")
    one = await scene.subject("case", scene.papers.case_keys[0], stranger)
    other = await scene.subject("case", {**scene.papers.case_keys[0], "value": "nothing"}, stranger)
    scene.expect("TF-INTAKE-12", one.code == "not-found", f"a stranger tracks it: {one.said}")
    scene.expect(
        "TF-INTAKE-12", dict(one.problem) == dict(other.problem), "a subject that is not yours is told apart"
    )
    events = await scene.events(stranger)
    scene.expect(
        "TF-INTAKE-12",
        paper.id not in [each["document"]["id"] for each in events],
        "its feed tells a stranger",
    )


@check("TF-INTAKE-12", "TF-REST-5", "TF-REST-6")
async def parties(scene: Scene) -> None:
    """Issuer and receivers fetch the very octets; a view is the payload's."""
    paper = scene.papers.order()
    body = scene.seal(paper).replace(b'","signatures"', b'", "signatures"')
    first = await scene.submit(body)
    scene.ready(first.outcome == "accepted", f"an envelope with a space came to {first.said}")
    for name in ("platform", "office"):
        reader = scene.network.home(name)
        held = await scene.fetch(paper, reader, accept=JOSE)
        scene.expect(
            "TF-REST-5", (held.status, held.body) == (200, body), f"{name} got other octets: {held.said}"
        )
        bare = await scene.fetch(paper, reader, accept=JSON)
        scene.expect(
            "TF-REST-6", (bare.status, bare.body) == (200, paper.octets), "the view is not the payload"
        )
        receipt = await scene.fetch(paper, reader, "/receipt")
        scene.expect("TF-INTAKE-5", receipt.body == first.body, "the receipt that is fetched is another")


@check("TF-INTAKE-12", "TF-SUBJ-1")
async def own_documents(scene: Scene) -> None:
    """A party of one document of a subject does not see the others' documents."""
    papers = scene.papers
    order = papers.order()
    payment = papers.say(Act("payment", "paid"))
    await scene.taken(order, "accepted")
    await scene.taken(payment)
    seen = await scene.tracks("case", papers.case_keys[1], scene.network.home("pay"))
    named = {each["id"] for each in seen["documents"]}
    scene.expect(
        "TF-INTAKE-12", named == {payment.id}, f"the payment institution sees {len(named)} documents"
    )
    held = await scene.fetch(order, scene.network.home("pay"))
    scene.expect("TF-INTAKE-12", held.code == "not-found", f"and fetches the order: {held.said}")


@check("TF-SUBJ-23", "TF-SUBJ-24", "TF-SUBJ-26")
async def squatter(scene: Scene) -> None:
    """Who merely knows a key neither joins nor sees what is under it, nor keeps the rightful one out."""
    papers = scene.papers
    platform, stranger = scene.network.home("platform"), scene.network.home("bystander")
    key = papers.case_keys[0]
    first = papers.say(Act("order", "sale"), issuer=stranger, references=[], keep=False)
    await scene.taken(first, "accepted")
    order = papers.order()
    await scene.taken(order, "accepted")
    later = papers.say(Act("order", "sale"), issuer=stranger, references=[], keep=False)
    await scene.taken(later, "accepted")
    seen = await scene.tracks("case", key, platform)
    named = {each["id"] for each in seen["documents"]}
    scene.expect("TF-SUBJ-24", named == {order.id}, f"the giver's case holds {len(named)} documents")
    office = await scene.tracks("case", key)
    scene.expect(
        "TF-SUBJ-23", office["id"] == seen["id"], "a receiver of all is told another case by the key"
    )
    told = await scene.tracks("case", key, stranger)
    named = {each["id"] for each in told["documents"]}
    scene.expect(
        "TF-SUBJ-26", named == {first.id, later.id}, "the stranger is not told its own documents alone"
    )
    scene.expect("TF-SUBJ-23", told["id"] != seen["id"], "the stranger's documents are of the giver's case")


@check("TF-SUBJ-25")
async def shown(scene: Scene) -> None:
    """A document that names another by digest is of its case, whichever of them comes first."""
    for turned in (False, True):
        papers = scene.new_papers()
        order = papers.order()
        payment = papers.say(Act("payment", "paid"), references=[order.ref])
        for paper in (payment, order) if turned else (order, payment):
            await scene.taken(paper)
        seen = await scene.tracks("case", papers.case_keys[1])
        named = {each["id"] for each in seen["documents"]}
        scene.expect("TF-SUBJ-25", named == {order.id, payment.id}, f"the case holds {len(named)} of the two")


@check("TF-INTAKE-29")
async def subscribers(scene: Scene) -> None:
    """Issuer, receivers and subscribers find what was taken in in their feeds."""
    members = [scene.network.home(each) for each in ("platform", "office", "bystander")]
    paper = scene.papers.order(header={"subscribers": [members[2].id]})
    await scene.taken(paper, "accepted")
    for member in members:
        after, found = 0, False
        while not found and (page := await scene.events(member, after)):
            found = any(each["document"]["id"] == paper.id for each in page)
            after = page[-1]["sequence"]
        scene.expect("TF-INTAKE-29", found, f"{member.id} finds no event")
