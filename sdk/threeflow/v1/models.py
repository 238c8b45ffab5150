"""Generated from the schemas by tools/generate_models.py; do not edit."""
from __future__ import annotations
from typing import Annotated, Any, Dict, List, Literal
from pydantic import BaseModel, ConfigDict, Field, RootModel
from typing_extensions import TypeAliasType


class Account(BaseModel):
    """
    A running balance whose entries clear each other. Its key has scheme account, the holder as issuer, and kind:number as value.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    kind: Literal[
        "bonded-stock",
        "overseas-stock",
        "summary",
        "tax",
        "guarantee",
        "fx",
        "refund",
        "personal-limit",
        "permit-quantity",
    ]
    """
    What is counted.
    """
    holder: Annotated[str, Field(max_length=64, pattern="^[0-9A-Za-z][0-9A-Za-z._-]*$")]
    """
    Whose account it is: a node id, or the registration number of a firm that is no node.
    """
    number: Annotated[
        str, Field(max_length=50, pattern="^[0-9A-Za-z][0-9A-Za-z._/-]*$")
    ]
    """
    Number of the account with the one who keeps it.
    """
    territory: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None
    """
    The one territory in which the account has effect, ISO 3166-1 alpha-2; a guarantee always has one.
    """


class Code(BaseModel):
    """
    A code together with the list that gives it its meaning.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    list: Annotated[str, Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """
    Id of the code list, as cn-supervision-mode. One and the same digits mean different things in different lists.
    """
    code: Annotated[str, Field(max_length=35, pattern="^[0-9A-Za-z][0-9A-Za-z ./_-]*$")]
    """
    The code as the list writes it.
    """


class Communication(BaseModel):
    """
    One way to reach a party.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    """
    Channel: TE telephone, EM electronic mail, and others of the list.
    """
    value: Annotated[str, Field(max_length=256, min_length=1)]
    """
    Number or address on that channel.
    """


class Decimal(RootModel[str]):
    root: Annotated[str, Field(pattern="^-?(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    A decimal number as a string: at most 14 digits before and 5 after the point, no exponent, no plus sign, no leading zeros.
    """


class Digest(RootModel[str]):
    root: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    SHA-256 over exact octets: the prefix sha-256: and 64 lower-case hexadecimal digits.
    """


class EntryClearedInto(BaseModel):
    """
    The line of the declaration or record into which a listed line went.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    number: Annotated[str, Field(max_length=35, min_length=1)]
    """
    Number of the declaration or record.
    """
    line: Annotated[int | None, Field(ge=1, le=99999)] = None
    """
    Its line.
    """


class AuthorisedOperator(BaseModel):
    """
    The party's status as a trusted trader, as a record known by number.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    role: Literal[
        "exporter", "importer", "carrier", "agent", "warehouse", "manufacturer"
    ]
    """
    Function for which the status is held.
    """
    scheme: Annotated[
        str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Programme that gave the status, as aeo-cn.
    """
    number: Annotated[str, Field(max_length=35, min_length=1)]
    """
    Certificate number as the bilateral arrangement writes it.
    """


class PackageContent(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    sequence: Annotated[int, Field(ge=1, le=10000)]
    """
    Item number.
    """
    quantity: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    How much of the item lies in this package, in the item's own unit.
    """


class PartyId(BaseModel):
    """
    A registration number of a firm or authority together with its scheme. Identity numbers of people have no place here; they travel in a part.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    scheme: Annotated[
        str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Kind of number: customs number, EORI, VAT, LEI, GLN, unified social credit code and so on.
    """
    value: Annotated[str, Field(max_length=35, pattern="^[0-9A-Za-z][0-9A-Za-z./-]*$")]
    """
    The number as its issuer writes it.
    """


class PersonIdentity(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    scheme: Annotated[
        str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Kind of identity document or number.
    """
    value: Annotated[str, Field(max_length=35, min_length=1)]
    """
    The number.
    """
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    """
    Country that issued it, ISO 3166-1 alpha-2.
    """


class Quantity(BaseModel):
    """
    A number of something together with its unit.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    value: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    How many or how much, in the unit beside it; never negative.
    """
    unit: Annotated[str, Field(pattern="^[A-Z0-9]{2,3}$")]
    """
    UNECE Recommendation 20 common code, as H87 for a piece and KGM for a kilogram.
    """


class Reference(BaseModel):
    """
    Names another sealed document, bound by digest.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Annotated[str, Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """
    Document type of what is referred to.
    """
    issuer: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that issued it.
    """
    id: Annotated[
        str,
        Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    ]
    """
    Its id.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its payload octets.
    """
    relation: (
        Literal[
            "answers",
            "covers",
            "based-on",
            "previous",
            "counterpart",
            "evidence",
            "corrects",
            "confirms",
        ]
        | None
    ) = None
    """
    Why it is named, where the type does not say it.
    """


class ScopeItem(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    sequence: Annotated[int, Field(ge=1, le=10000)]
    """
    Item number in the declaration.
    """
    quantity: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    How much of the item, in the item's own unit.
    """
    package: Annotated[str | None, Field(max_length=35, min_length=1)] = None
    """
    Package in which this quantity lies, where it matters.
    """


class Scope(BaseModel):
    """
    What an act speaks about: everything, or some items with quantities, or some packages. Exactly one member.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    all: Literal[True] | None = None
    """
    The whole consignment as declared in the named version.
    """
    items: Annotated[List[ScopeItem] | None, Field(max_length=10000, min_length=1)] = (
        None
    )
    """
    Items by number, each with the quantity meant.
    """
    packages: Annotated[List[str] | None, Field(max_length=10000, min_length=1)] = None
    """
    Packages by id, each with all its contents.
    """


class Text(BaseModel):
    """
    Words in one language.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    lang: Annotated[
        str, Field(max_length=35, pattern="^[a-z]{2,3}(-[0-9A-Za-z]{2,8})*$")
    ]
    """
    BCP 47 tag of the language the text is written in, as en or zh.
    """
    text: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The words.
    """


class Transit(BaseModel):
    """
    Offices, time limit and seals of a transit.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    departure_office: Annotated[Code | None, Field(alias="departureOffice")] = None
    """
    Office that opens the transit.
    """
    destination_office: Annotated[Code, Field(alias="destinationOffice")]
    """
    Office to which the goods are to be presented.
    """
    limit: Annotated[
        str,
        Field(
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
        ),
    ]
    """
    Last instant for presenting them there.
    """
    seals: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Seal numbers put on for the transit.
    """


class AmendmentChange(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    pointer: Annotated[str, Field(max_length=256, pattern="^(/[^/]*)+$")]
    """
    JSON Pointer into the declaration.
    """
    before: Annotated[str | None, Field(max_length=4000, min_length=1)] = None
    """
    Value that stands there, as JSON text; absent when nothing stands there.
    """
    after: Annotated[str | None, Field(max_length=4000, min_length=1)] = None
    """
    Value that is to stand there, as JSON text; absent when it is to go.
    """


class DeclarationAdditionalStatement(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    code: Code
    """
    Coded statement.
    """
    text: Text | None = None
    """
    Words.
    """


class ImportDecisionQuestion(BaseModel):
    """
    What the authority wants to know or see before it answers.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    text: Annotated[List[Text], Field(max_length=10, min_length=1)]
    """
    The question in words.
    """
    wants: Annotated[List[Code] | None, Field(max_length=50, min_length=1)] = None
    """
    Documents or elements asked for.
    """
    addressee: Annotated[
        str | None, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")
    ] = None
    """
    Node that is to answer.
    """


class InformationRequestWanted(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    code: Code
    """
    Kind of document or element.
    """
    pointer: Annotated[str | None, Field(max_length=256, pattern="^(/[^/]*)*$")] = None
    """
    Place in the document that the question is about.
    """
    parts: Annotated[List[str] | None, Field(max_length=20, min_length=1)] = None
    """
    Names of withheld parts asked for.
    """


class InspectionResultFinding(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    code: Code | None = None
    """
    Kind of finding.
    """
    text: Annotated[List[Text], Field(max_length=10, min_length=1)]
    """
    Words.
    """
    sequence: Annotated[int | None, Field(ge=1, le=10000)] = None
    """
    Item number.
    """
    package: Annotated[str | None, Field(max_length=35, min_length=1)] = None
    """
    Package id.
    """
    found: Quantity | None = None
    """
    Quantity found where it differs.
    """


class InspectionResultImage(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of the image file.
    """
    format: Annotated[str | None, Field(max_length=35, min_length=1)] = None
    """
    File format, as UFF 3.0.
    """
    holder: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node to ask for the image.
    """
    uri: Annotated[str | None, Field(max_length=2048)] = None
    """
    Where it is kept, for those who may fetch it.
    """


class InspectionResultEvidence(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of the record.
    """
    text: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    What it is.
    """


class MatchResultPair(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    pair: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Name of the comparison, as order-payment.
    """
    left: Reference
    """
    First document.
    """
    right: Reference | None = None
    """
    Second document; absent when it is not held.
    """
    state: Literal["matched", "mismatched", "waiting"]
    """
    Outcome of this pair.
    """


class MatchResultDifference(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    pair: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Name of the comparison.
    """
    field: Annotated[str, Field(max_length=128, min_length=1)]
    """
    Name of what was compared.
    """
    left: Annotated[str | None, Field(max_length=2000, min_length=0)] = None
    """
    Value in the first document, as written.
    """
    right: Annotated[str | None, Field(max_length=2000, min_length=0)] = None
    """
    Value in the second document, as written.
    """
    tolerance: Annotated[str, Field(max_length=64, min_length=1)]
    """
    How much they may differ, in the unit of the field; 0 is not at all.
    """
    rule: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Id of the rule.
    """
    pointers: Annotated[List[str], Field(max_length=10, min_length=0)]
    """
    JSON Pointers to the values, first document first.
    """


class MatchResultItem(BaseModel):
    """
    Item of a declaration.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    declaration: Reference
    """
    The declaration.
    """
    sequence: Annotated[int, Field(ge=1, le=10000)]
    """
    Item number.
    """


class ReleaseUse(BaseModel):
    """
    What the release opens for drawing down; each presentation abroad takes from it.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    packages: Annotated[List[str] | None, Field(max_length=10000, min_length=1)] = None
    """
    Packages released, by id.
    """
    count: Annotated[int, Field(ge=1, le=99999)]
    """
    Number of packages released.
    """


class SummaryPeriod(BaseModel):
    """
    Days on which the lists were released.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    from_: Annotated[str, Field(alias="from")]
    """
    First day.
    """
    until: str
    """
    Last day.
    """


class RefundClaimPeriod(BaseModel):
    """
    Days that it covers.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    from_: Annotated[str, Field(alias="from")]
    """
    First day.
    """
    until: str
    """
    Last day.
    """


class TaxPaymentPeriod(BaseModel):
    """
    Days that a consolidated payment settles.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    from_: Annotated[str, Field(alias="from")]
    """
    First day.
    """
    until: str
    """
    Last day.
    """


class AgreementSide(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    jurisdiction: Annotated[str, Field(max_length=35, pattern="^[a-z0-9-]+$")]
    """
    Jurisdiction bound.
    """
    authority: Annotated[
        str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")
    ]
    """
    Node of the authority.
    """


class PublicationContent(BaseModel):
    """
    The published file by digest, and where to fetch it.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of the file's octets.
    """
    media_type: Annotated[str, Field(alias="mediaType", max_length=100, min_length=1)]
    """
    Media type of the file.
    """
    size: Annotated[int | None, Field(ge=0, le=9007199254740991)] = None
    """
    Octets.
    """
    uri: Annotated[str | None, Field(max_length=2048)] = None
    """
    Where it can be fetched.
    """


class PublicationPublishedCode(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    code: Annotated[str, Field(max_length=35, min_length=1)]
    """
    The code.
    """
    name: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    Its name, once per language.
    """
    from_: Annotated[str | None, Field(alias="from")] = None
    """
    First day of validity.
    """
    to: str | None = None
    """
    Last day of validity.
    """
    maps: Annotated[List[Code] | None, Field(max_length=50, min_length=1)] = None
    """
    Counterparts in other lists.
    """


class StatisticPeriod(BaseModel):
    """
    Days that it covers.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    from_: Annotated[str, Field(alias="from")]
    """
    First day.
    """
    until: str
    """
    Last day.
    """


class DossierHeadNamedDocument(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Document type.
    """
    kind: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Kind.
    """
    issuer: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that issued it.
    """
    id: Annotated[
        str,
        Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    ]
    """
    Its id.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its payload octets.
    """
    withheld_parts: Annotated[
        List[str], Field(alias="withheldParts", max_length=20, min_length=0)
    ]
    """
    Names of parts that are not given.
    """
    entry: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of the octets of the element in the bundle.
    """


class DossierHeadWithheldDocument(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Document type.
    """
    kind: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Kind.
    """
    issuer: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that issued it.
    """
    id: Annotated[
        str,
        Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    ]
    """
    Its id.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its payload octets.
    """
    reason: Literal["not-for-receiver", "not-for-purpose", "erased"]
    """
    Why it is left out.
    """


class DossierHeadCheckpoint(BaseModel):
    """
    The checkpoint in the bundle.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its payload.
    """
    entry: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its envelope's octets in the bundle.
    """
    size: Annotated[int, Field(ge=0, le=9007199254740991)]
    """
    Size of the log.
    """


class DossierHeadNamedWitness(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    issuer: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node of the witness.
    """
    entry: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its envelope's octets in the bundle.
    """


class DossierHeadEffectiveVersion(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    position: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Position.
    """
    type: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Document type.
    """
    version: Annotated[int, Field(ge=1, le=9999)]
    """
    Its version.
    """
    document: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of the payload of that version.
    """


class DossierHeadCell(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    sequence: Annotated[int | None, Field(ge=1, le=10000)] = None
    """
    Item number; absent for a package whose contents are not declared.
    """
    package: Annotated[str | None, Field(max_length=35, min_length=1)] = None
    """
    Package id; absent for goods in no named package.
    """
    quantity: Annotated[str, Field(pattern="^-?(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    How much, in the item's own unit.
    """


TracksAdditionalProperty = TypeAliasType(
    "TracksAdditionalProperty",
    Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ],
)


class DossierHeadPortion(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    ordinal: Annotated[int, Field(ge=1, le=9007199254740991)]
    """
    Number of the portion, from 1.
    """
    cells: Annotated[List[DossierHeadCell], Field(max_length=100000, min_length=0)]
    """
    Items, packages and quantities in the portion; none while nothing is declared.
    """
    tracks: Dict[str, TracksAdditionalProperty]
    """
    Track to state; a track that keeps a state for each kind or position has it after a colon or an at sign.
    """


class DossierHeadAccount(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    account: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Kind of account.
    """
    credit: Dict[str, Decimal]
    """
    Units credited.
    """
    debit: Dict[str, Decimal]
    """
    Units debited.
    """
    open: Dict[str, Decimal]
    """
    Units that are left to debit.
    """
    difference: Dict[str, Decimal]
    """
    Units debited that were not credited.
    """


class DossierHeadHeadStep(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    track: Annotated[
        str,
        Field(
            max_length=129,
            min_length=1,
            pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*([:@][a-z][a-z0-9]*(-[a-z0-9]+)*)?$",
        ),
    ]
    """
    Track that moved.
    """
    from_: Annotated[
        str,
        Field(
            alias="from",
            max_length=64,
            min_length=1,
            pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        ),
    ]
    """
    State before.
    """
    to: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    State after.
    """
    portion: Annotated[int, Field(ge=1, le=9007199254740991)]
    """
    Ordinal of the portion.
    """
    at: Annotated[
        str,
        Field(
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
        ),
    ]
    """
    Ordering time of the document that caused it.
    """
    document: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of the document that caused it.
    """


class SealedEnvelopeSeal(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    protected: Annotated[str, Field(pattern="^[0-9A-Za-z_-]+$")]
    """
    Protected header, base64url.
    """
    signature: Annotated[str, Field(pattern="^[0-9A-Za-z_-]+$")]
    """
    Signature, base64url.
    """


class SealedEnvelope(BaseModel):
    """
    An envelope as it travels.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    payload: Annotated[str, Field(pattern="^[0-9A-Za-z_-]+$")]
    """
    Payload octets, base64url.
    """
    signatures: Annotated[List[SealedEnvelopeSeal], Field(max_length=10, min_length=1)]
    """
    Seals.
    """
    parts: Annotated[List[str] | None, Field(max_length=20, min_length=1)] = None
    """
    Parts, base64url.
    """


class DossierProof(BaseModel):
    """
    Inclusion of the receipt in the log (RFC 9162).
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    index: Annotated[int, Field(ge=0, le=9007199254740991)]
    """
    Leaf index, from 0.
    """
    size: Annotated[int, Field(ge=0, le=9007199254740991)]
    """
    Size of the tree.
    """
    path: Annotated[List[str], Field(max_length=64, min_length=0)]
    """
    Sibling hashes, lowest first.
    """


class DossierEntry(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    document: SealedEnvelope
    """
    Envelope of the document, with the parts that are not withheld.
    """
    receipt: SealedEnvelope
    """
    Envelope of the receipt that it earned.
    """
    proof: Annotated[DossierProof, Field(title="Dossier Proof")]
    """
    Inclusion of the receipt in the log (RFC 9162).
    """


class Dossier(BaseModel):
    """
    The wrapper that carries a head and the sealed documents, receipts, proofs and witnesses that it names. Nothing in it is unsealed but the wrapper itself.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    dossier: Literal["1.0"]
    """
    Version of the layout.
    """
    head: SealedEnvelope
    """
    Envelope of the head.
    """
    documents: Annotated[List[DossierEntry], Field(max_length=10000, min_length=1)]
    """
    The documents, in the head's order.
    """
    checkpoint: SealedEnvelope
    """
    Envelope of the checkpoint under which the proofs stand.
    """
    witnesses: Annotated[List[SealedEnvelope], Field(max_length=100, min_length=0)]
    """
    Envelopes of receipts that others gave for that checkpoint.
    """


class EnvelopeSignatures(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    protected: Annotated[str, Field(max_length=512, pattern="^[A-Za-z0-9_-]+$")]
    """
    JSON object of exactly alg, kid and typ, canonical base64url.
    """
    signature: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{85}[AQgw]$")]
    """
    64 octets, canonical base64url, over protected, a dot and payload.
    """


class Envelope(BaseModel):
    """
    Exact payload octets under one or several seals: JWS JSON General Serialization in a narrow form.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    payload: Annotated[
        str,
        Field(
            json_schema_extra={
                "contentEncoding": "base64url",
                "contentMediaType": "application/json",
            },
            pattern="^[A-Za-z0-9_-]+$",
        ),
    ]
    """
    The payload's exact octets, canonical base64url.
    """
    signatures: Annotated[List[EnvelopeSignatures], Field(max_length=8, min_length=1)]
    """
    The seals, all of one node, no key twice.
    """
    parts: Annotated[List[str] | None, Field(max_length=20, min_length=1)] = None
    """
    Octets of personal data parts, canonical base64url, each bound by digest in the payload's header.
    """


class EventPortion(BaseModel):
    """
    Items and packages that moved; absent means all.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    sequence: Annotated[int | None, Field(ge=1, le=10000)] = None
    """
    Item number.
    """
    package: Annotated[str | None, Field(max_length=35, min_length=1)] = None
    """
    Package id.
    """
    quantity: Annotated[
        str | None, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")
    ] = None
    """
    How much.
    """


class EventStep(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    track: Annotated[
        str,
        Field(
            max_length=64,
            min_length=1,
            pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*([:@][a-z][a-z0-9]*(-[a-z0-9]+)*)?$",
        ),
    ]
    """
    Track that moved.
    """
    from_: Annotated[
        str,
        Field(
            alias="from",
            max_length=64,
            min_length=1,
            pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        ),
    ]
    """
    State before.
    """
    to: Annotated[
        str, Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    State after.
    """
    entry: Annotated[str | None, Field(max_length=128, min_length=1)] = None
    """
    Entry of an account that moved: its number, and its line after a slash where it has one.
    """
    portion: Annotated[EventPortion | None, Field(title="Event Portion")] = None
    """
    Items and packages that moved; absent means all.
    """


class NodeStatementBinding(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    binding: Literal["rest", "grpc"]
    """
    Kind of interface.
    """
    endpoint: Annotated[str, Field(max_length=2048)]
    """
    Address, as the trust list gives it.
    """


class NodeStatementStatedOffice(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    office: Code
    """
    The office.
    """
    competences: Annotated[List[str] | None, Field(max_length=50, min_length=1)] = None
    """
    What it may do.
    """
    positions: Annotated[List[str] | None, Field(max_length=3, min_length=1)] = None
    """
    At which positions.
    """


class NodeStatementLimits(BaseModel):
    """
    What the node takes in at most.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    max_body_octets: Annotated[
        int, Field(alias="maxBodyOctets", ge=1, le=9007199254740991)
    ]
    """
    Octets of one request body.
    """
    max_batch: Annotated[int | None, Field(alias="maxBatch", ge=1, le=1000000)] = None
    """
    Envelopes in one batch.
    """
    max_depth: Annotated[int | None, Field(alias="maxDepth", ge=1, le=32)] = None
    """
    Levels of JSON nesting.
    """
    token_lifetime_seconds: Annotated[
        int | None, Field(alias="tokenLifetimeSeconds", ge=1, le=300)
    ] = None
    """
    Longest life of a caller token, seconds.
    """
    clock_skew_seconds: Annotated[
        int | None, Field(alias="clockSkewSeconds", ge=0, le=300)
    ] = None
    """
    Tolerated difference of clocks, seconds.
    """
    pending_seconds: Annotated[
        int | None, Field(alias="pendingSeconds", ge=0, le=31536000)
    ] = None
    """
    How long a document waits for what it lacks, seconds.
    """


class NodeStatementHeldTrustList(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    jurisdiction: Annotated[str, Field(max_length=35, pattern="^[a-z0-9-]+$")]
    """
    Whose list.
    """
    sequence: Annotated[int, Field(ge=1, le=9007199254740991)]
    """
    Number of the list.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its payload.
    """


class ReceiptDocument(BaseModel):
    """
    What was taken in.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    issuer: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that issued it.
    """
    id: Annotated[
        str,
        Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    ]
    """
    Its id.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its payload octets.
    """
    type: Annotated[str, Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """
    Its type.
    """
    kids: Annotated[List[str], Field(max_length=8, min_length=1)]
    """
    Keys whose seals were verified.
    """


class ReceiptSubject(BaseModel):
    """
    The subject that the document was filed under.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    kind: Literal["case", "consignment", "movement", "account", "record"]
    """
    Kind of subject.
    """
    id: Annotated[str | None, Field(max_length=128, min_length=1)] = None
    """
    The receiver's own id of the subject, opaque to others.
    """


class ReceiptMessage(BaseModel):
    """
    What is found.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    en: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in English.
    """
    zh: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in Chinese.
    """


class ReceiptFindings(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    rule: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Id of the rule or requirement.
    """
    severity: Literal["error", "warning", "information"] | None = None
    """
    How grave it is.
    """
    verdict: Literal["fail", "unknown"] | None = None
    """
    fail, or unknown where data that the rule needs is withheld.
    """
    pointer: Annotated[str, Field(max_length=512)]
    """
    JSON Pointer into the document; empty for the whole.
    """
    parameters: Dict[str, Any] | None = None
    """
    Values that the message names.
    """
    message: Annotated[ReceiptMessage, Field(title="Receipt Message")]
    """
    What is found.
    """


class ReceiptLog(BaseModel):
    """
    Where the receipt stands. Absent on a receipt for a checkpoint.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    id: Annotated[
        str, Field(max_length=128, min_length=1, pattern="^[a-z0-9][a-z0-9./#-]*$")
    ]
    """
    Name that the node gives its log, never again to another.
    """
    index: Annotated[int, Field(ge=0, le=9007199254740991)]
    """
    Index of the receipt's leaf, from 0.
    """


class RefusalTitles(BaseModel):
    """
    Title in both languages.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    en: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in English.
    """
    zh: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in Chinese.
    """


class RefusalRemedy(BaseModel):
    """
    What the sender can do, in both languages.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    en: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in English.
    """
    zh: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in Chinese.
    """


class RefusalMessage(BaseModel):
    """
    What is wrong.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    en: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in English.
    """
    zh: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    The text in Chinese.
    """


class RefusalViolations(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    rule: Annotated[str, Field(max_length=128, min_length=1)]
    """
    Id of the rule, or the schema keyword that is broken.
    """
    pointer: Annotated[str, Field(max_length=1024)]
    """
    JSON Pointer into the payload; empty for the whole.
    """
    parameters: Dict[str, Any] | None = None
    """
    Values that the message names.
    """
    message: Annotated[RefusalMessage, Field(title="Refusal Message")]
    """
    What is wrong.
    """


class RefusalProblem(BaseModel):
    """
    The refusal as an RFC 9457 problem.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Annotated[str, Field(max_length=200, min_length=1)]
    """
    Address of the refusal's description.
    """
    title: Annotated[str, Field(max_length=200, min_length=1)]
    """
    Title in the language of the answer.
    """
    status: Annotated[int, Field(ge=400, le=599)]
    """
    HTTP status; decides nothing.
    """
    detail: Annotated[str | None, Field(max_length=4000)] = None
    """
    What was found, in English.
    """
    code: Annotated[str, Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """
    Stable code of the refusal.
    """
    requirement: Annotated[str, Field(pattern="^TF-[A-Z]+-[0-9]+$")]
    """
    Id of the sentence of the standard that is broken.
    """
    retryable: bool
    """
    Whether the same message may be taken in later.
    """
    pointer: Annotated[str | None, Field(max_length=1024)] = None
    """
    JSON Pointer to the place in the envelope, token or payload.
    """
    titles: Annotated[RefusalTitles, Field(title="Refusal Titles")]
    """
    Title in both languages.
    """
    remedy: Annotated[RefusalRemedy, Field(title="Refusal Remedy")]
    """
    What the sender can do, in both languages.
    """
    violations: Annotated[
        List[RefusalViolations] | None, Field(max_length=1000, min_length=0)
    ] = None
    """
    All violations, sorted by rule and pointer.
    """


class CallerTokenClaims(BaseModel):
    """
    What a caller token says: who calls whom, for which one request.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    iss: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that calls.
    """
    aud: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that is called.
    """
    env: Annotated[str, Field(max_length=32, pattern="^[a-z][a-z0-9-]*$")]
    """
    Environment of the call.
    """
    htm: Annotated[str, Field(max_length=16, min_length=1, pattern="^[A-Za-z]+$")]
    """
    HTTP method, or the constant of another binding.
    """
    htu: Annotated[str, Field(max_length=2048, min_length=1)]
    """
    Published endpoint, path and query as sent; in gRPC the full method name.
    """
    dig: Annotated[str | None, Field(pattern="^sha-256:[0-9a-f]{64}$")] = None
    """
    Digest of the body. Absent where there is none or it is streamed.
    """
    iat: Annotated[int, Field(ge=0, le=9007199254740991)]
    """
    Seconds since 1970-01-01T00:00:00Z.
    """
    exp: Annotated[int, Field(ge=0, le=9007199254740991)]
    """
    Seconds since 1970-01-01T00:00:00Z, at most 300 after iat.
    """
    jti: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Id that the caller gives to no other token; 16 random octets do.
    """


class Jwk(BaseModel):
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    crv: Literal["P-256"]
    """
    Curve of ES256.
    """
    kty: Literal["EC"]
    """
    Elliptic curve.
    """
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate x, 32 octets, base64url.
    """
    y: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate y, 32 octets, base64url.
    """


class Jwk1(BaseModel):
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    crv: Literal["Ed25519"]
    """
    Curve of Ed25519.
    """
    kty: Literal["OKP"]
    """
    Octet key pair.
    """
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate x, 32 octets, base64url.
    """


class TrustListAnchor(BaseModel):
    """
    Key that seals this list.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    kid: Annotated[
        str,
        Field(
            max_length=129,
            pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+#[a-z0-9]+([.-][a-z0-9]+)*$",
        ),
    ]
    """
    Name of a key: node id, #, key id.
    """
    alg: Literal["ES256", "Ed25519"]
    """
    Signature algorithm of RFC 7518 (ES256) or RFC 9864 (Ed25519).
    """
    jwk: Jwk | Jwk1
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """


class Jwk2(BaseModel):
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    crv: Literal["P-256"]
    """
    Curve of ES256.
    """
    kty: Literal["EC"]
    """
    Elliptic curve.
    """
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate x, 32 octets, base64url.
    """
    y: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate y, 32 octets, base64url.
    """


class Jwk3(BaseModel):
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    crv: Literal["Ed25519"]
    """
    Curve of Ed25519.
    """
    kty: Literal["OKP"]
    """
    Octet key pair.
    """
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate x, 32 octets, base64url.
    """


class TrustListNextAnchor(BaseModel):
    """
    Key announced to be the next anchor.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    kid: Annotated[
        str,
        Field(
            max_length=129,
            pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+#[a-z0-9]+([.-][a-z0-9]+)*$",
        ),
    ]
    """
    Name of a key: node id, #, key id.
    """
    alg: Literal["ES256", "Ed25519"]
    """
    Signature algorithm of RFC 7518 (ES256) or RFC 9864 (Ed25519).
    """
    jwk: Jwk2 | Jwk3
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """


class TrustListOffices(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    list: Annotated[str, Field(max_length=64, pattern="^[a-z0-9]+([.-][a-z0-9]+)*$")]
    """
    Code list of the office's code.
    """
    code: Annotated[str, Field(max_length=35, min_length=1)]
    """
    The office's code in that list.
    """
    positions: Annotated[List[str], Field(max_length=3, min_length=1)]
    """
    Positions in which the office acts.
    """
    competences: Annotated[List[str], Field(max_length=100, min_length=0)]
    """
    Acts that the office may issue.
    """


class Jwk4(BaseModel):
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    crv: Literal["P-256"]
    """
    Curve of ES256.
    """
    kty: Literal["EC"]
    """
    Elliptic curve.
    """
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate x, 32 octets, base64url.
    """
    y: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate y, 32 octets, base64url.
    """


class Jwk5(BaseModel):
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    crv: Literal["Ed25519"]
    """
    Curve of Ed25519.
    """
    kty: Literal["OKP"]
    """
    Octet key pair.
    """
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    """
    Coordinate x, 32 octets, base64url.
    """


class TrustListKeys(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    kid: Annotated[
        str,
        Field(
            max_length=129,
            pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+#[a-z0-9]+([.-][a-z0-9]+)*$",
        ),
    ]
    """
    Name of a key: node id, #, key id.
    """
    use: Literal["seal", "token"]
    """
    What the key makes.
    """
    alg: Literal["ES256", "Ed25519"]
    """
    Signature algorithm of RFC 7518 (ES256) or RFC 9864 (Ed25519).
    """
    jwk: Jwk4 | Jwk5
    """
    Public key with exactly the members of its RFC 7638 thumbprint.
    """
    not_before: Annotated[
        str,
        Field(
            alias="notBefore",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    First moment of validity.
    """
    not_after: Annotated[
        str,
        Field(
            alias="notAfter",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    Last moment of validity.
    """
    retired_at: Annotated[
        str | None,
        Field(
            alias="retiredAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    From when on the node no longer uses it.
    """
    compromised_since: Annotated[
        str | None,
        Field(
            alias="compromisedSince",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    From when on others may have used it.
    """


class TrustListRequiredAlgorithms(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    from_: Annotated[
        str,
        Field(
            alias="from",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    First moment.
    """
    algorithms: Annotated[List[str], Field(max_length=4, min_length=0)]
    """
    Each is needed.
    """


class TrustListNodes(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    id: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    The node's id, in the list's own jurisdiction.
    """
    name: Annotated[str, Field(max_length=200, min_length=1)]
    """
    Name for people.
    """
    roles: Annotated[List[str], Field(max_length=50, min_length=1)]
    """
    Roles that the node plays.
    """
    offices: Annotated[List[TrustListOffices], Field(max_length=5000, min_length=0)]
    """
    Offices that act through the node.
    """
    endpoint: Annotated[
        str | None, Field(max_length=512, pattern="^https?://[^ ?#]*[^/ ?#]$")
    ] = None
    """
    Address of the node's own gateway, without a slash at its end.
    """
    via: Annotated[
        str | None, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")
    ] = None
    """
    Listed node whose gateway receives for this one.
    """
    keys: Annotated[List[TrustListKeys], Field(max_length=200, min_length=0)]
    """
    The node's keys, retired ones too.
    """
    required_algorithms: Annotated[
        List[TrustListRequiredAlgorithms],
        Field(alias="requiredAlgorithms", max_length=50, min_length=0),
    ]
    """
    From each moment on, algorithms with which every document is sealed.
    """
    spec_versions: Annotated[
        List[str], Field(alias="specVersions", max_length=20, min_length=1)
    ]
    """
    Versions of the standard that the node speaks.
    """
    profiles: Annotated[List[str], Field(max_length=100, min_length=0)]
    """
    Profiles that the node supports.
    """


class ReturnRequestReturnedLine(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    item: Annotated[int, Field(ge=1, le=10000)]
    """
    Line of this request.
    """
    number: Annotated[str, Field(max_length=35, min_length=1)]
    """
    Number of the declaration.
    """
    line: Annotated[int, Field(ge=1, le=10000)]
    """
    Its line.
    """
    quantity: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    How much, in the line's own unit.
    """
    tax_bill: Annotated[
        str | None, Field(alias="taxBill", max_length=50, min_length=1)
    ] = None
    """
    Number of the tax bill to be voided.
    """


class SaleReportPeriod(BaseModel):
    """
    Days that it covers.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    from_: Annotated[str, Field(alias="from")]
    """
    First day.
    """
    until: str
    """
    Last day.
    """


class Address(BaseModel):
    """
    A structured postal address.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    lines: Annotated[List[str] | None, Field(max_length=4, min_length=1)] = None
    """
    Street, number, building; one to four lines, Latin letters where the import side needs them.
    """
    city: Annotated[str | None, Field(max_length=70, min_length=1)] = None
    """
    Town or city.
    """
    postcode: Annotated[str | None, Field(max_length=17, min_length=1)] = None
    """
    Postal code.
    """
    subdivision: Code | None = None
    """
    State, province or county: ISO 3166-2, GB/T 2260 or another list.
    """
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    """
    ISO 3166-1 alpha-2 code.
    """


class Amount(BaseModel):
    """
    Money: a decimal together with its currency.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    value: Annotated[str, Field(pattern="^-?(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    Number of currency units; may be negative where money flows back.
    """
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    """
    ISO 4217 letters, never the numeric code of a customs administration.
    """


class Deadline(BaseModel):
    """
    A time limit, fixed as an instant by the act that opens it.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    at: Annotated[
        str,
        Field(
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
        ),
    ]
    """
    The instant at which the limit ends.
    """
    zone: Annotated[str, Field(max_length=64, pattern="^[A-Za-z]+(/[0-9A-Za-z_+-]+)*$")]
    """
    IANA name of the office's time zone, as Asia/Shanghai.
    """
    calendar: Annotated[
        str, Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Id of the published holiday calendar by which the days were counted.
    """
    rule: Literal["calendar-days", "working-days", "hours"]
    """
    How the days were counted.
    """
    at_expiry: Annotated[
        Literal["nothing", "lapses", "refused", "extended", "decided-on-what-is-held"],
        Field(alias="atExpiry"),
    ]
    """
    What the opening act says happens when the limit ends unused.
    """


class DocumentIdentity(BaseModel):
    """
    Names one sealed document exactly.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    issuer: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that issued the document.
    """
    id: Annotated[
        str,
        Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    ]
    """
    Id of the document.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of its payload octets.
    """


class DocumentNumber(BaseModel):
    """
    A paper or electronic document outside the network: licence, certificate, earlier declaration.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Code
    """
    Kind of document, by its list (UN 1001 or a national licence list).
    """
    number: Annotated[str, Field(max_length=70, min_length=1)]
    """
    Its number.
    """
    office: Code | None = None
    """
    Who issued it.
    """
    valid_until: Annotated[str | None, Field(alias="validUntil")] = None
    """
    Last day of validity.
    """
    line: Annotated[int | None, Field(ge=1, le=99999)] = None
    """
    Line or item of that document that is meant.
    """
    quantity: Quantity | None = None
    """
    What is drawn from the document's quantity.
    """
    digest: Annotated[str | None, Field(pattern="^sha-256:[0-9a-f]{64}$")] = None
    """
    Digest of the document's octets where a copy exists.
    """


class Duty(BaseModel):
    """
    One tax or duty, as computed by the declarant or assessed by an authority.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Code
    """
    Tax type, by its list.
    """
    base: Amount | None = None
    """
    Amount on which it is computed.
    """
    rate: Annotated[
        str | None, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")
    ] = None
    """
    Rate in per cent.
    """
    amount: Amount
    """
    Tax due.
    """
    bill_number: Annotated[
        str | None, Field(alias="billNumber", max_length=50, min_length=1)
    ] = None
    """
    Number of the tax bill.
    """


class HeaderReplaces(BaseModel):
    """
    The version before, of the same issuer and type.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    id: Annotated[
        str,
        Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    ]
    """
    Its id.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Its digest.
    """


class KeyWindow(BaseModel):
    """
    Period in which the number means this subject, where numbers are used again later (waybill numbers: about six months).
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    from_: Annotated[
        str,
        Field(
            alias="from",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    First instant of the window.
    """
    until: Annotated[
        str,
        Field(
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
        ),
    ]
    """
    Last instant of the window.
    """


class Key(BaseModel):
    """
    A number together with the scheme it belongs to and who gave it out; what joins documents of one subject.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    scheme: Annotated[
        str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Kind of number.
    """
    issuer: Annotated[str, Field(max_length=64, pattern="^[0-9A-Za-z][0-9A-Za-z._-]*$")]
    """
    Who gave out the number: a node id, or the party id of a platform, carrier or authority that is no node.
    """
    value: Annotated[str, Field(max_length=70, min_length=1)]
    """
    The number as given out, compared octet for octet. In the scheme ucr at most 35 characters.
    """
    window: Annotated[KeyWindow | None, Field(title="Key Window")] = None
    """
    Period in which the number means this subject, where numbers are used again later (waybill numbers: about six months).
    """


class Mass(BaseModel):
    """
    A weight in kilograms.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    value: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    Kilograms; never negative.
    """
    unit: Literal["KGM"]
    """
    Always KGM.
    """


class OrderLine(BaseModel):
    """
    Links goods of a consignment to a line of an order.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    order: Key
    """
    Key of the order.
    """
    line: Annotated[int, Field(ge=1, le=10000)]
    """
    Item number in that order.
    """
    quantity: Annotated[str, Field(pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$")]
    """
    How much of the line, in the line's own unit.
    """


class Package(BaseModel):
    """
    One package with an identity, so that it can be opened, held or released by itself.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    id: Annotated[str, Field(max_length=35, min_length=1)]
    """
    Id of the package inside the consignment, as P1; on the label where possible.
    """
    type: Annotated[str | None, Field(pattern="^[0-9A-Z]{2}$")] = None
    """
    UNECE Recommendation 21 code, as CT for a carton.
    """
    gross_weight: Annotated[Mass | None, Field(alias="grossWeight")] = None
    """
    Weight with packing, in kilograms.
    """
    contents: Annotated[
        List[PackageContent] | None, Field(max_length=10000, min_length=1)
    ] = None
    """
    Items inside and how much of each. Over all packages they sum to the declared quantities.
    """
    marks: Annotated[str | None, Field(max_length=512, min_length=1)] = None
    """
    Shipping marks on the package.
    """
    bag: Annotated[str | None, Field(max_length=60, min_length=1)] = None
    """
    Number of the bag or receptacle the package lies in.
    """
    seals: Annotated[List[str] | None, Field(max_length=20, min_length=1)] = None
    """
    Seal numbers on the package.
    """


class PartBinding(BaseModel):
    """
    Binds one withheld part by digest.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    name: Annotated[str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """
    Name by which party members of the payload point to the part.
    """
    digest: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Digest of the part's octets; a random salt inside the part keeps it from being guessed.
    """
    media_type: Annotated[Literal["application/json"], Field(alias="mediaType")]
    """
    Always application/json.
    """
    purposes: Annotated[List[str], Field(max_length=20, min_length=1)]
    """
    What the part may be used for.
    """
    receivers: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Nodes that may be given the part, beside the issuer; absent: whoever may read the document.
    """
    retain_until: Annotated[
        str | None,
        Field(
            alias="retainUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Instant after which a holder erases the part.
    """


class Party(BaseModel):
    """
    A person or firm named in a document. Where its personal members are withheld, part names the part that holds them.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    part: Annotated[
        str | None, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ] = None
    """
    Name of the part that holds name, address, contacts and identity numbers.
    """
    name: Annotated[str | None, Field(max_length=100, min_length=1)] = None
    """
    Name of the firm or person, at most 100 characters; many import systems take 70.
    """
    ids: Annotated[List[PartyId] | None, Field(max_length=10, min_length=1)] = None
    """
    Registration numbers, each with its scheme.
    """
    address: Address | None = None
    """
    Structured address.
    """
    communications: Annotated[
        List[Communication] | None, Field(max_length=10, min_length=1)
    ] = None
    """
    Telephone numbers, electronic mail addresses and the like.
    """
    country: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None
    """
    Where the party is established or lives; stays visible when the address is withheld. ISO 3166-1 alpha-2.
    """
    natural_person: Annotated[bool | None, Field(alias="naturalPerson")] = None
    """
    True for a human being, false for a firm.
    """
    account_reference: Annotated[
        str | None, Field(alias="accountReference", max_length=60, min_length=1)
    ] = None
    """
    Pseudonymous id of the customer with the platform or provider; not a name and not an identity number.
    """
    identity_digest: Annotated[
        str | None, Field(alias="identityDigest", pattern="^sha-256:[0-9a-f]{64}$")
    ] = None
    """
    Keyed digest of name and identity number, so that two institutions can compare a person without showing either.
    """


class Person(BaseModel):
    """
    The personal members of a party, as they stand inside a part.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    name: Annotated[str, Field(max_length=100, min_length=1)]
    """
    Name of the person or firm.
    """
    ids: Annotated[List[PartyId] | None, Field(max_length=10, min_length=1)] = None
    """
    Registration numbers, each with its scheme.
    """
    identities: Annotated[
        List[PersonIdentity] | None, Field(max_length=5, min_length=1)
    ] = None
    """
    Identity numbers of a person. They travel only in a part, and only where the import law asks for them.
    """
    address: Address | None = None
    """
    Structured address.
    """
    communications: Annotated[
        List[Communication] | None, Field(max_length=10, min_length=1)
    ] = None
    """
    Contacts.
    """


class Place(BaseModel):
    """
    Where something is or happens.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    locode: Annotated[str | None, Field(pattern="^[A-Z]{2}[2-9A-Z]{3}$")] = None
    """
    Five-character code of the place.
    """
    code: Code | None = None
    """
    Code of the place in another list: customs supervised place, terminal, GLN.
    """
    name: Annotated[str | None, Field(max_length=100, min_length=1)] = None
    """
    Name of the place.
    """
    address: Address | None = None
    """
    Structured address.
    """
    country: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None
    """
    ISO 3166-1 alpha-2 code.
    """


class Reason(BaseModel):
    """
    A ground: its code, and words for people.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    code: Code | None = None
    """
    Coded ground, of the authority's own list.
    """
    text: Annotated[List[Text], Field(max_length=10, min_length=1)]
    """
    The ground in words, once per language.
    """
    pointer: Annotated[str | None, Field(max_length=256, pattern="^(/[^/]*)*$")] = None
    """
    JSON Pointer into the document that the ground speaks about.
    """


class Remedy(BaseModel):
    """
    How the person concerned can object to an act.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    body: Annotated[str, Field(max_length=200, min_length=1)]
    """
    Who hears the objection.
    """
    text: Text
    """
    What can be done and what it suspends.
    """
    last_day: Annotated[str, Field(alias="lastDay")]
    """
    Last day for lodging, at the office's place.
    """


class Subject(BaseModel):
    """
    One case, consignment, movement, account or record that the document is about, by its keys. The table says which of the five it is.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    keys: Annotated[List[Key], Field(max_length=20, min_length=1)]
    """
    Every number under which the issuer knows the subject.
    """


class AmendmentParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    declarant: Party
    """
    Who lodges the declaration and answers for its data.
    """
    representative: Party | None = None
    """
    Who acts for the declarant.
    """


class CancellationParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    declarant: Party
    """
    Who lodges the declaration and answers for its data.
    """
    representative: Party | None = None
    """
    Who acts for the declarant.
    """


class DeclarationTotals(BaseModel):
    """
    Sums over the declaration.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    package_count: Annotated[int, Field(alias="packageCount", ge=1, le=99999)]
    """
    Number of packages.
    """
    gross_weight: Annotated[Mass, Field(alias="grossWeight")]
    """
    Weight with packing, kilograms.
    """
    net_weight: Annotated[Mass | None, Field(alias="netWeight")] = None
    """
    Weight without packing, kilograms.
    """
    goods_value: Annotated[Amount | None, Field(alias="goodsValue")] = None
    """
    Sum of the goods; at export free on board.
    """
    freight: Amount | None = None
    """
    Carriage.
    """
    insurance: Amount | None = None
    """
    Insurance.
    """
    amount_paid: Annotated[Amount | None, Field(alias="amountPaid")] = None
    """
    What the buyer paid in all.
    """


class ImportDecisionAgencyAnswer(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    agency: Code
    """
    The authority.
    """
    answer: Literal["agrees", "refers", "refuses", "not-concerned"]
    """
    Its answer.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=20, min_length=1)] = None
    """
    Its grounds.
    """


class InformationResponseAnswer(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    code: Code | None = None
    """
    What is answered, as the request named it.
    """
    text: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    Words.
    """
    document: DocumentNumber | None = None
    """
    A document outside the network.
    """
    reference: Reference | None = None
    """
    A sealed document of the network.
    """
    part: Annotated[
        str | None, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ] = None
    """
    Name of the part, carried with this document, that answers.
    """


class MatchResultAllocation(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    order: Key
    """
    Key of the order.
    """
    line: Annotated[int | None, Field(ge=1, le=10000)] = None
    """
    Item number in the order; absent when the whole order is meant.
    """
    payment: Key | None = None
    """
    Key of the payment.
    """
    waybill: Key | None = None
    """
    Key of the waybill.
    """
    item: Annotated[MatchResultItem | None, Field(title="Match result Item")] = None
    """
    Item of a declaration.
    """
    amount: Amount | None = None
    """
    How much money is allocated.
    """
    quantity: Quantity | None = None
    """
    How much of the line is allocated.
    """


class ObjectionParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    objector: Party
    """
    Who objects.
    """
    representative: Party | None = None
    """
    Who acts for him.
    """


class SummaryParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    declarant: Party
    """
    Who asks.
    """
    shipper: Party | None = None
    """
    Whose lists they are.
    """


class FinanceParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    institution: Party
    """
    Bank or insurer.
    """
    customer: Party
    """
    Whom it serves.
    """
    keeper: Party | None = None
    """
    Who keeps pledged goods.
    """


class GuaranteeParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    guarantor: Party
    """
    Who answers.
    """
    principal: Party | None = None
    """
    For whom.
    """
    beneficiary: Party | None = None
    """
    To whom.
    """


class PaymentParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    payer: Party | None = None
    """
    Who paid.
    """
    payee: Party | None = None
    """
    Who is paid.
    """
    payment_provider: Annotated[Party, Field(alias="paymentProvider")]
    """
    Institution that carried out the payment.
    """
    platform: Party | None = None
    """
    Marketplace on which the order was made.
    """


class PaymentShare(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    order: Key
    """
    Key of the order.
    """
    amount: Amount
    """
    Share of the payment.
    """


class RefundClaimParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    claimant: Party
    """
    Who claims.
    """
    principal: Party | None = None
    """
    For whom an agent claims.
    """


class SettlementParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    beneficiary: Party
    """
    Who is paid.
    """
    payer: Party | None = None
    """
    Who paid, where known.
    """
    bank: Party | None = None
    """
    Who received it.
    """


class TaxBillParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    taxpayer: Party
    """
    Who owes the tax by law: the buyer, in retail import.
    """
    withholding_agent: Annotated[Party | None, Field(alias="withholdingAgent")] = None
    """
    Who collects the tax from the taxpayer and pays it in his stead.
    """
    guarantor: Party | None = None
    """
    Who answers with a guarantee.
    """
    liable_after_default: Annotated[Party | None, Field(alias="liableAfterDefault")] = (
        None
    )
    """
    Who is called on when the withholding agent does not pay.
    """
    declarant: Party | None = None
    """
    Who declared the goods.
    """


class TaxPaymentParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    payer: Party
    """
    Who paid.
    """
    withholding_agent: Annotated[Party | None, Field(alias="withholdingAgent")] = None
    """
    Who paid in the stead of the taxpayers.
    """
    treasury: Party | None = None
    """
    Who was paid.
    """


class LogisticsEventEventParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    carrier: Party | None = None
    """
    Who carries the goods or has them carried.
    """
    warehouse_operator: Annotated[Party | None, Field(alias="warehouseOperator")] = None
    """
    Operator of the supervised place.
    """


class ManifestParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    carrier: Party | None = None
    """
    Who carries the goods or has them carried.
    """
    warehouse_operator: Annotated[Party | None, Field(alias="warehouseOperator")] = None
    """
    Operator of the supervised place.
    """
    consignor: Party | None = None
    """
    Who sends the goods.
    """
    consignee: Party | None = None
    """
    To whom the goods go.
    """


class ManifestConsignment(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    consignment: Key
    """
    Key of the consignment (waybill, declaration or postal item).
    """
    packages: Annotated[List[str] | None, Field(max_length=10000, min_length=1)] = None
    """
    Its packages in this movement, by id; absent means all.
    """
    package_count: Annotated[
        int | None, Field(alias="packageCount", ge=0, le=99999)
    ] = None
    """
    Packages counted.
    """
    gross_weight: Annotated[Mass | None, Field(alias="grossWeight")] = None
    """
    Weight found, kilograms.
    """
    bag: Annotated[str | None, Field(max_length=60, min_length=1)] = None
    """
    Bag or receptacle it lies in.
    """
    difference: (
        Literal["none", "short", "over", "damaged", "not-loaded", "not-on-list"] | None
    ) = None
    """
    How it differs from what was declared or loaded.
    """


class ManifestReceptacle(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    number: Annotated[str, Field(max_length=60, min_length=1)]
    """
    Number of the receptacle.
    """
    type: Annotated[str | None, Field(pattern="^[0-9A-Z]{2}$")] = None
    """
    Kind of receptacle or load unit, UNECE Recommendation 21 code.
    """
    gross_weight: Annotated[Mass | None, Field(alias="grossWeight")] = None
    """
    Kilograms.
    """
    seals: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Seal numbers that the goods, packages or containers bear.
    """


class StockReportParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    keeper: Party
    """
    Who keeps the stock.
    """
    owner: Party | None = None
    """
    Whose goods they are after it.
    """
    former_owner: Annotated[Party | None, Field(alias="formerOwner")] = None
    """
    Whose goods they were before.
    """


class WaybillParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    consignor: Party | None = None
    """
    Who sends the goods.
    """
    consignee: Party | None = None
    """
    To whom the goods go.
    """
    carrier: Party
    """
    Who carries the goods or has them carried.
    """
    notify: Party | None = None
    """
    Whom the carrier tells of the arrival.
    """


class AgreementTerms(BaseModel):
    """
    What is agreed; equal in both documents.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    exporting: Annotated[List[str], Field(max_length=20, min_length=1)]
    """
    Where goods under the terms leave.
    """
    importing: Annotated[List[str], Field(max_length=20, min_length=1)]
    """
    Where they enter.
    """
    procedures: Annotated[List[Code] | None, Field(max_length=50, min_length=1)] = None
    """
    Customs procedures covered.
    """
    goods: Annotated[List[Code] | None, Field(max_length=1000, min_length=1)] = None
    """
    Chapters, headings or subheadings covered; absent means all.
    """
    goods_excluded: Annotated[
        List[Code] | None, Field(alias="goodsExcluded", max_length=1000, min_length=1)
    ] = None
    """
    Chapters, headings or subheadings not covered.
    """
    offices: Annotated[List[Code] | None, Field(max_length=1000, min_length=1)] = None
    """
    Offices that may act; absent means all that the trust lists name.
    """
    documents: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Document types that cross.
    """
    elements: Annotated[List[int] | None, Field(max_length=1000, min_length=1)] = None
    """
    Numbers of the data elements that cross; absent means those of the document types.
    """
    purposes: Annotated[List[str], Field(max_length=50, min_length=1)]
    """
    What the data may be used for.
    """
    retention_days: Annotated[int, Field(alias="retentionDays", ge=1, le=36500)]
    """
    Days for which a receiver keeps the data.
    """
    onward_use: Annotated[
        Literal["none", "with-consent", "named-authorities"], Field(alias="onwardUse")
    ]
    """
    Whether data may go to others on the receiving side.
    """
    evidence: Literal["none", "information", "evidence"]
    """
    Weight of the data in proceedings.
    """
    recognition: Annotated[List[str] | None, Field(max_length=10, min_length=1)] = None
    """
    What of the other side's controls is recognised.
    """
    answer_hours: Annotated[int | None, Field(alias="answerHours", ge=1, le=8784)] = (
        None
    )
    """
    Hours within which an answer to a dossier is due.
    """
    liaison: Annotated[List[Party] | None, Field(max_length=20, min_length=1)] = None
    """
    Whom to ask, on each side.
    """
    suspension: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    How either side may suspend the terms.
    """
    text: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    The agreement in words.
    """


class StatisticFigure(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    name: Annotated[str, Field(max_length=100, min_length=1)]
    """
    What is counted.
    """
    dimensions: Annotated[List[Code] | None, Field(max_length=10, min_length=1)] = None
    """
    By what it is divided.
    """
    amount: Amount | None = None
    """
    Money.
    """
    quantity: Quantity | None = None
    """
    Goods.
    """
    count: Annotated[int | None, Field(ge=0, le=999999999999)] = None
    """
    Cases.
    """


class MandateParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    principal: Party
    """
    Who gives it.
    """
    agent: Party
    """
    Who receives it.
    """


class PermitParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    holder: Party
    """
    To whom it is given.
    """


class EventSubject(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    kind: Literal["case", "consignment", "movement", "account", "record"]
    """
    Which of the five.
    """
    keys: Annotated[List[Key], Field(max_length=100, min_length=1)]
    """
    Keys known.
    """


class CatalogueListed(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    number: Annotated[str, Field(max_length=30, min_length=1)]
    """
    Stock or record number.
    """
    names: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    What it is.
    """
    tariff_code: Annotated[Code | None, Field(alias="tariffCode")] = None
    """
    National code.
    """
    origin_country: Annotated[
        str | None, Field(alias="originCountry", pattern="^[A-Z]{2}$")
    ] = None
    """
    Where it was made.
    """
    unit: Annotated[str | None, Field(pattern="^[A-Z0-9]{2,3}$")] = None
    """
    UNECE Recommendation 20 code.
    """
    gtin: Annotated[str | None, Field(pattern="^([0-9]{8}|[0-9]{12,14})$")] = None
    """
    GS1 number of the trade item.
    """
    link: Annotated[str | None, Field(max_length=2048)] = None
    """
    Where it is shown.
    """
    party: Party | None = None
    """
    The partner that is listed.
    """


class CatalogueParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    owner: Party
    """
    Whose list it is.
    """


class ContractParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    seller: Party
    """
    Who sells or serves.
    """
    buyer: Party
    """
    Who buys.
    """


class InvoiceParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    seller: Party
    """
    Who asks.
    """
    buyer: Party
    """
    Who is to pay.
    """


class OrderParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    platform: Party | None = None
    """
    Marketplace on which the order was made.
    """
    seller: Party
    """
    Who sells.
    """
    manufacturer: Party | None = None
    """
    Producing or selling unit in the exporting territory.
    """
    buyer: Party | None = None
    """
    Who ordered. Names and identity numbers may stand in a withheld part; none are needed at export.
    """
    consignee: Party | None = None
    """
    To whom the goods go.
    """
    payer: Party | None = None
    """
    Who paid.
    """
    overseas_warehouse: Annotated[Party | None, Field(alias="overseasWarehouse")] = None
    """
    Warehouse abroad that takes the goods before they are sold.
    """


class OrderCharge(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    type: Literal[
        "postage", "handling", "packing", "commission", "sample", "adjustment", "other"
    ]
    """
    What is charged.
    """
    text: Text | None = None
    """
    Words on the charge.
    """
    reference: Annotated[str | None, Field(max_length=35, min_length=1)] = None
    """
    Seller's own code of the charge.
    """
    amount: Amount
    """
    The charge; negative for a reduction.
    """


class OrderTotals(BaseModel):
    """
    Sums as the platform shows them.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    goods_value: Annotated[Amount, Field(alias="goodsValue")]
    """
    Sum of the goods; in an export order free on board.
    """
    freight: Amount | None = None
    """
    Carriage paid by the buyer.
    """
    insurance: Amount | None = None
    """
    Insurance paid by the buyer.
    """
    discount: Amount | None = None
    """
    What was settled without money: coupon, points.
    """
    prepaid_tax: Annotated[Amount | None, Field(alias="prepaidTax")] = None
    """
    Tax taken with the price.
    """
    amount_paid: Annotated[Amount, Field(alias="amountPaid")]
    """
    What the buyer owed after all of that.
    """


class ReturnRequestReturnParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    declarant: Party
    """
    Who asks.
    """
    seller: Party | None = None
    """
    Who sold the goods.
    """
    buyer: Party | None = None
    """
    Who returns them.
    """


class SaleReportSale(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    number: Annotated[str, Field(max_length=70, min_length=1)]
    """
    Number of the entry.
    """
    line: Annotated[int | None, Field(ge=1, le=99999)] = None
    """
    Its line.
    """
    order: Key | None = None
    """
    Key of the order.
    """
    price: Amount
    """
    What the buyer pays.
    """
    sold_at: Annotated[
        str | None,
        Field(
            alias="soldAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    When.
    """
    country: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None
    """
    Where the buyer is.
    """


class SaleReportParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    seller: Party
    """
    Who sold.
    """
    platform: Party | None = None
    """
    Where.
    """
    keeper: Party | None = None
    """
    Who keeps the stock.
    """


class ServiceParties(BaseModel):
    """
    Persons and firms, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    provider: Party
    """
    Who serves.
    """
    customer: Party
    """
    Who is served.
    """


class Act(BaseModel):
    """
    What every decision of an authority states about itself. The seal proves who spoke; these members say with what effect.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    position: Literal["export", "import", "transit"] | None = None
    """
    Where the authority stands for this consignment; it writes only the track of its position.
    """
    office: Code
    """
    Office that acts. Its competence is read from the trust list at the time of the act.
    """
    officer: Annotated[str | None, Field(max_length=35, pattern="^[0-9A-Za-z-]+$")] = (
        None
    )
    """
    Pseudonym of the officer; the name stays at the office.
    """
    legal_effect: Annotated[
        Literal["original", "attested-copy", "information"], Field(alias="legalEffect")
    ]
    """
    Whether this document is the act itself, an attested copy of an act recorded elsewhere, or information without effect.
    """
    source_system: Annotated[
        str | None, Field(alias="sourceSystem", max_length=70, min_length=1)
    ] = None
    """
    System of record of the act, where it is not this document.
    """
    source_number: Annotated[
        str | None, Field(alias="sourceNumber", max_length=70, min_length=1)
    ] = None
    """
    Number of the act in the system of record.
    """
    legal_basis: Annotated[Text, Field(alias="legalBasis")]
    """
    Provision on which the act rests, in words.
    """
    automated: bool
    """
    True when no human decided.
    """
    decided_at: Annotated[
        str,
        Field(
            alias="decidedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the act was taken; orders the acts on one subject.
    """
    declaration_version: Annotated[
        int | None, Field(alias="declarationVersion", ge=1, le=9999)
    ] = None
    """
    Version of the declaration that the act judged. A later version is covered only if a later act says so.
    """
    declaration_digest: Annotated[
        str | None, Field(alias="declarationDigest", pattern="^sha-256:[0-9a-f]{64}$")
    ] = None
    """
    Digest of the payload octets of that version; binds the act to the data.
    """
    scope: Scope | None = None
    """
    What part of the consignment the act is about.
    """
    remedy: Remedy | None = None
    """
    How to object; an adverse act states it.
    """
    deadline: Deadline | None = None
    """
    Time limit that the act opens.
    """


class Carriage(BaseModel):
    """
    How goods travel: mode, means, ports and countries.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    mode: Code | None = None
    """
    Mode of transport at the border: UNECE Recommendation 19, or a national list by its name. The digits of the lists differ.
    """
    means: Annotated[str | None, Field(max_length=100, min_length=1)] = None
    """
    Flight, vessel, wagon or vehicle registration.
    """
    voyage: Annotated[str | None, Field(max_length=32, min_length=1)] = None
    """
    Flight or voyage number.
    """
    domestic_vehicle: Annotated[
        str | None, Field(alias="domesticVehicle", max_length=35, min_length=1)
    ] = None
    """
    Vehicle that brings the goods to the border.
    """
    master_number: Annotated[
        str | None, Field(alias="masterNumber", max_length=37, min_length=1)
    ] = None
    """
    Master air waybill, master bill or dispatch number.
    """
    loading: Place | None = None
    """
    Port or airport where the goods are loaded for the border.
    """
    discharge: Place | None = None
    """
    Port or airport of destination.
    """
    dispatch_country: Annotated[
        str | None, Field(alias="dispatchCountry", pattern="^[A-Z]{2}$")
    ] = None
    """
    Where the carriage begins.
    """
    destination_country: Annotated[
        str | None, Field(alias="destinationCountry", pattern="^[A-Z]{2}$")
    ] = None
    """
    Where the goods are to stay.
    """
    routing_countries: Annotated[
        List[str] | None, Field(alias="routingCountries", max_length=30, min_length=1)
    ] = None
    """
    Countries passed, in order.
    """
    containers: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Container numbers, ISO 6346.
    """
    departure_at: Annotated[
        str | None,
        Field(
            alias="departureAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Planned or actual departure from the exporting territory, as known when this was written.
    """
    arrival_at: Annotated[
        str | None,
        Field(
            alias="arrivalAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Planned or actual arrival at the first place of the importing territory.
    """


class DeclarationParties(BaseModel):
    """
    Persons and firms of a declaration, by the part they play.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    declarant: Party
    """
    Who lodges the declaration and answers for its data.
    """
    import_declarant: Annotated[Party | None, Field(alias="importDeclarant")] = None
    """
    Who will lodge the import declaration, where already known at export.
    """
    representative: Party | None = None
    """
    Who acts for the declarant.
    """
    liable_person: Annotated[Party | None, Field(alias="liablePerson")] = None
    """
    Who owes taxes and answers in the importing territory; established or registered there.
    """
    platform: Party | None = None
    """
    Marketplace on which the order was made.
    """
    seller: Party | None = None
    """
    Who sells.
    """
    manufacturer: Party | None = None
    """
    Producing or selling unit in the exporting territory.
    """
    exporter: Party | None = None
    """
    Who is responsible for the export.
    """
    importer: Party | None = None
    """
    Who is responsible for the import.
    """
    consignor: Party | None = None
    """
    Who sends the goods.
    """
    consignee: Party | None = None
    """
    To whom the goods go.
    """
    buyer: Party | None = None
    """
    Who ordered. Names and identity numbers may stand in a withheld part; none are needed at export.
    """
    payer: Party | None = None
    """
    Who paid.
    """
    payment_provider: Annotated[Party | None, Field(alias="paymentProvider")] = None
    """
    Institution that carried out the payment.
    """
    carrier: Party | None = None
    """
    Who carries the goods or has them carried.
    """
    warehouse_operator: Annotated[Party | None, Field(alias="warehouseOperator")] = None
    """
    Operator of the supervised place.
    """
    overseas_warehouse: Annotated[Party | None, Field(alias="overseasWarehouse")] = None
    """
    Warehouse abroad that takes the goods before they are sold.
    """
    guarantor: Party | None = None
    """
    Who answers for taxes.
    """


class Entry(BaseModel):
    """
    One line about one entry of an account: number and line name the entry, quantity or amount say how much of it is meant.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    number: Annotated[str, Field(max_length=70, min_length=1)]
    """
    Number of what the entry is about: a list, a tax bill, a report, a sale.
    """
    line: Annotated[int | None, Field(ge=1, le=99999)] = None
    """
    Line of it, where the entry is about one line alone.
    """
    side: Literal["credit", "debit"] | None = None
    """
    Whether the entry adds to the account or draws on it; absent where the kind of the document says it.
    """
    item: Annotated[str | None, Field(max_length=30, min_length=1)] = None
    """
    Stock number or record number of the goods; stock is counted item by item.
    """
    quantity: Quantity | None = None
    """
    How much, in a unit of measure; absent for all that the entry has left.
    """
    amount: Amount | None = None
    """
    How much money; absent for all that the entry has left.
    """
    into: Annotated[EntryClearedInto | None, Field(title="Entry Cleared into")] = None
    """
    The line of the declaration or record into which a listed line went.
    """
    cause: Key | None = None
    """
    Key of the consignment, order or sale behind the entry.
    """


class Header(BaseModel):
    """
    What every payload says about itself, documents and protocol artefacts alike.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    spec_version: Annotated[Literal["1.0"], Field(alias="specVersion")]
    """
    Version of this standard by which the payload is written.
    """
    type: Annotated[str, Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        str | None, Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ] = None
    """
    What the document states inside its type. Protocol artefacts have none.
    """
    id: Annotated[
        str,
        Field(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    ]
    """
    Id of this document, given once and for ever by its issuer.
    """
    issuer: Annotated[str, Field(max_length=64, pattern="^[a-z0-9-]+(\\.[a-z0-9-]+)+$")]
    """
    Node that issues and seals the document.
    """
    environment: Annotated[str, Field(max_length=32, pattern="^[a-z][a-z0-9-]*$")]
    """
    Which network this belongs to; production and others share no key.
    """
    issued_at: Annotated[
        str,
        Field(
            alias="issuedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the issuer made the document.
    """
    receivers: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject] | None, Field(max_length=10000, min_length=1)] = (
        None
    )
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[
        List[Reference] | None, Field(max_length=10000, min_length=0)
    ] = None
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """
    version: Annotated[int | None, Field(ge=1, le=9999)] = 1
    """
    Version of the statement, counted by the issuer; 1 when absent.
    """
    replaces: Annotated[HeaderReplaces | None, Field(title="Header Replaces")] = None
    """
    The version before, of the same issuer and type.
    """
    profile: Annotated[
        str | None, Field(max_length=64, pattern="^[a-z0-9]+([.-][a-z0-9]+)*$")
    ] = None
    """
    Set of data and rules of a regime or corridor by which the document was made.
    """
    agreement: DocumentIdentity | None = None
    """
    Agreement under which the document crosses a border.
    """
    purpose: Annotated[
        str | None, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ] = None
    """
    What the receiver may use it for under the agreement.
    """
    sender_reference: Annotated[
        str | None, Field(alias="senderReference", max_length=35, min_length=1)
    ] = None
    """
    The sender's own number for the message.
    """
    function_code: Annotated[
        Literal["original", "change", "delete"] | None, Field(alias="functionCode")
    ] = None
    """
    What the sender means to do. Carried for systems that need it; version and replaces decide.
    """
    submission_status: Annotated[
        Literal["draft", "submitted"] | None, Field(alias="submissionStatus")
    ] = None
    """
    Whether the sender's own system holds it as a draft or as submitted.
    """
    sender: Party | None = None
    """
    Firm that transmits, where it is not the issuer.
    """
    correlation_id: Annotated[
        str | None, Field(alias="correlationId", max_length=64, min_length=1)
    ] = None
    """
    Id of the message that this one answers in the sender's own system.
    """
    subscribers: Annotated[List[str] | None, Field(max_length=5, min_length=1)] = None
    """
    Further nodes that want the outcome.
    """
    parts: Annotated[List[PartBinding] | None, Field(max_length=20, min_length=1)] = (
        None
    )
    """
    Parts bound to this payload by digest.
    """


class Item(BaseModel):
    """
    One line of goods. One shape serves orders and declarations, so that line by line they compare member by member.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    sequence: Annotated[int, Field(ge=1, le=10000)]
    """
    Number of the line, from 1, unique inside the document.
    """
    order_lines: Annotated[
        List[OrderLine] | None, Field(alias="orderLines", max_length=1000, min_length=1)
    ] = None
    """
    Which order lines these goods come from, and how much of each. Stands in declarations.
    """
    no_sale_reason: Annotated[
        Literal[
            "stock",
            "sample",
            "gift",
            "repair",
            "own-equipment",
            "return",
            "replacement",
        ]
        | None,
        Field(alias="noSaleReason"),
    ] = None
    """
    Why no order line stands behind the goods.
    """
    names: Annotated[List[Text], Field(max_length=10, min_length=1)]
    """
    What the goods are, once per language. English is required by corridor profiles, not by a list.
    """
    specification: Annotated[str | None, Field(max_length=510, min_length=1)] = None
    """
    Model, size, material, composition.
    """
    brand: Annotated[str | None, Field(max_length=100, min_length=1)] = None
    """
    Brand name.
    """
    sku: Annotated[str | None, Field(max_length=30, min_length=1)] = None
    """
    Stock number of the seller.
    """
    gtin: Annotated[str | None, Field(pattern="^([0-9]{8}|[0-9]{12,14})$")] = None
    """
    GS1 number of the trade item: 8, 12, 13 or 14 digits.
    """
    batch: Annotated[str | None, Field(max_length=100, min_length=1)] = None
    """
    Production batch.
    """
    marking_codes: Annotated[
        List[str] | None, Field(alias="markingCodes", max_length=1000, min_length=1)
    ] = None
    """
    Unit identification codes where the importing law makes marking obligatory.
    """
    link: Annotated[str | None, Field(max_length=2048)] = None
    """
    Address of the page on which the goods are shown.
    """
    hs_code: Annotated[Code | None, Field(alias="hsCode")] = None
    """
    Six digits of the Harmonized System, list hs-2022. Optional in a list, required by corridor profiles.
    """
    tariff_code: Annotated[Code | None, Field(alias="tariffCode")] = None
    """
    National tariff code, by the list of that tariff.
    """
    origin_country: Annotated[
        str | None, Field(alias="originCountry", pattern="^[A-Z]{2}$")
    ] = None
    """
    Where the goods were made, ISO 3166-1 alpha-2; not where they were sent from.
    """
    origin_region: Annotated[Code | None, Field(alias="originRegion")] = None
    """
    District of origin inside the exporting country.
    """
    quantity: Quantity
    """
    How much, in the unit of sale.
    """
    statutory_quantity: Annotated[Quantity | None, Field(alias="statutoryQuantity")] = (
        None
    )
    """
    Quantity in the first legal or supplementary unit of the tariff.
    """
    second_quantity: Annotated[Quantity | None, Field(alias="secondQuantity")] = None
    """
    Quantity in the second legal unit.
    """
    net_weight: Annotated[Mass | None, Field(alias="netWeight")] = None
    """
    Weight of the line without packing, kilograms.
    """
    gross_weight: Annotated[Mass | None, Field(alias="grossWeight")] = None
    """
    Weight of the line with its packing, kilograms.
    """
    unit_price: Annotated[Amount | None, Field(alias="unitPrice")] = None
    """
    Price of one unit of quantity.
    """
    line_total: Annotated[Amount | None, Field(alias="lineTotal")] = None
    """
    Price of the whole line.
    """
    customs_value: Annotated[Amount | None, Field(alias="customsValue")] = None
    """
    Value of the line for customs purposes.
    """
    duties: Annotated[List[Duty] | None, Field(max_length=20, min_length=1)] = None
    """
    Taxes and duties of the line.
    """
    package_count: Annotated[
        int | None, Field(alias="packageCount", ge=0, le=99999)
    ] = None
    """
    Packages that hold nothing but this line.
    """
    dangerous_goods_un: Annotated[
        str | None, Field(alias="dangerousGoodsUn", pattern="^[0-9]{4}$")
    ] = None
    """
    United Nations number of dangerous goods, four digits.
    """
    battery: Literal["none", "contained", "packed-with", "alone"] | None = None
    """
    Whether and how a battery is in the goods.
    """
    compliance: Annotated[
        List[DocumentNumber] | None, Field(max_length=20, min_length=1)
    ] = None
    """
    Conformity declarations, registrations and responsible persons of the product.
    """
    restrictions: Annotated[List[Code] | None, Field(max_length=20, min_length=1)] = (
        None
    )
    """
    Prohibitions and restrictions that touch the goods, by their list.
    """
    licences: Annotated[
        List[DocumentNumber] | None, Field(max_length=99, min_length=1)
    ] = None
    """
    Permits and certificates for this line.
    """
    use_category: Annotated[
        Literal["personal-use", "sale-to-persons", "business-use"] | None,
        Field(alias="useCategory"),
    ] = None
    """
    For whom the goods come: a person's own use, or sale to persons.
    """
    gift: bool | None = None
    """
    True when the line is sent without payment as a gift.
    """
    item_record: Annotated[
        str | None, Field(alias="itemRecord", max_length=30, min_length=1)
    ] = None
    """
    Number of the item in a bonded account.
    """


class Part(BaseModel):
    """
    What the octets of a part say, as strict JSON.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    salt: Annotated[str, Field(pattern="^[0-9A-Za-z_-]{42}[AEIMQUYcgkosw048]$")]
    """
    32 random octets, base64url without padding; erased together with the part.
    """
    party: Person
    """
    The personal members withheld from the payload.
    """


class AmendmentHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["amendment"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["before-registration", "before-release", "after-release", "after-exit"],
        Field(max_length=64),
    ]
    """
    What this amendment states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class Amendment(BaseModel):
    """
    A declarant's request to change a declaration. Nothing changes until a decision grants it.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[AmendmentHeader, Field(title="Amendment header")]
    """
    The common header, narrowed to this document type.
    """
    declaration_number: Annotated[
        str | None, Field(alias="declarationNumber", max_length=35, min_length=1)
    ] = None
    """
    Number given by customs.
    """
    from_version: Annotated[int, Field(alias="fromVersion", ge=1, le=9999)]
    """
    Version that is to be changed.
    """
    changes: Annotated[List[AmendmentChange], Field(max_length=1000, min_length=1)]
    """
    What is to change, place by place.
    """
    reasons: Annotated[List[Reason], Field(max_length=20, min_length=1)]
    """
    Why.
    """
    evidence: Annotated[
        List[DocumentNumber] | None, Field(max_length=50, min_length=1)
    ] = None
    """
    Documents that prove the ground.
    """
    parties: Annotated[AmendmentParties, Field(title="Amendment parties")]
    """
    Persons and firms, by the part they play.
    """


class AssistanceHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["assistance"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["request", "reply", "spontaneous", "evidence", "feedback"],
        Field(max_length=64),
    ]
    """
    What this assistance states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """
    purpose: Annotated[
        str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    What the receiver may use it for under the agreement.
    """


class Assistance(BaseModel):
    """
    Mutual administrative assistance between authorities, in a channel of its own.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[AssistanceHeader, Field(title="Assistance header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Assistance act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    assistance_number: Annotated[
        str, Field(alias="assistanceNumber", max_length=50, min_length=1)
    ]
    """
    The sender's number.
    """
    concerns: Annotated[List[Key], Field(max_length=1000, min_length=1)]
    """
    Keys of what it is about.
    """
    questions: Annotated[List[Text] | None, Field(max_length=100, min_length=1)] = None
    """
    What is asked.
    """
    answers: Annotated[List[Text] | None, Field(max_length=100, min_length=1)] = None
    """
    What is answered or told.
    """
    evidence: Annotated[
        List[DocumentNumber] | None, Field(max_length=100, min_length=1)
    ] = None
    """
    Documents handed over, by digest.
    """
    use_limits: Annotated[
        List[Text], Field(alias="useLimits", max_length=20, min_length=1)
    ]
    """
    What the receiver may use it for.
    """
    answer_by: Annotated[Deadline | None, Field(alias="answerBy")] = None
    """
    Instant by which an answer is asked for.
    """


class CancellationHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["cancellation"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[Literal["whole", "part", "shut-out"], Field(max_length=64)]
    """
    What this cancellation states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class Cancellation(BaseModel):
    """
    A declarant's request to take back a declaration, whole or in part, or to report that goods were not loaded.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[CancellationHeader, Field(title="Cancellation header")]
    """
    The common header, narrowed to this document type.
    """
    declaration_number: Annotated[
        str | None, Field(alias="declarationNumber", max_length=35, min_length=1)
    ] = None
    """
    Number given by customs.
    """
    declaration_version: Annotated[
        int, Field(alias="declarationVersion", ge=1, le=9999)
    ]
    """
    Version that is meant.
    """
    scope: Scope
    """
    What is taken back.
    """
    return_request: Annotated[
        str | None, Field(alias="returnRequest", max_length=60, min_length=1)
    ] = None
    """
    Number of the return to which this belongs.
    """
    reasons: Annotated[List[Reason], Field(max_length=20, min_length=1)]
    """
    Why.
    """
    parties: Annotated[CancellationParties, Field(title="Cancellation parties")]
    """
    Persons and firms, by the part they play.
    """


class CustomsStatusHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["customs-status"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "registered",
            "rejected",
            "in-review",
            "suspended",
            "resumed",
            "advance-received",
            "exit-confirmed",
            "lapsed",
            "closed",
            "transit-started",
            "transit-ended",
            "entered",
            "struck",
            "account-suspended",
            "account-resumed",
            "account-closed",
        ],
        Field(max_length=64),
    ]
    """
    What this customs-status states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """


class CustomsStatus(BaseModel):
    """
    An act by which an authority states where a consignment, movement or account stands.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[CustomsStatusHeader, Field(title="CustomsStatus header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="CustomsStatus act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    declaration_number: Annotated[
        str | None, Field(alias="declarationNumber", max_length=35, min_length=1)
    ] = None
    """
    Number that customs gave on registration.
    """
    source_status: Annotated[Code | None, Field(alias="sourceStatus")] = None
    """
    The state in the words of the system of record, as a return status of China Customs.
    """
    risk_result: Annotated[
        Literal["green", "document", "image", "physical", "do-not-load"] | None,
        Field(alias="riskResult"),
    ] = None
    """
    Outcome of risk assessment as far as the receiver may know it; never the rule.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    departure_at: Annotated[
        str | None,
        Field(
            alias="departureAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Departure that the office of exit confirms.
    """
    duties: Annotated[List[Duty] | None, Field(max_length=20, min_length=1)] = None
    """
    Taxes as assessed, with the numbers of their bills.
    """
    duty_status: Annotated[
        Literal["prepaid", "guaranteed", "due", "exempt"] | None,
        Field(alias="dutyStatus"),
    ] = None
    """
    How the taxes stand.
    """
    package_count: Annotated[
        int | None, Field(alias="packageCount", ge=0, le=99999)
    ] = None
    """
    Packages the authority counted.
    """
    seals: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Seals found or put on.
    """
    account: Account | None = None
    """
    The account that the status is about.
    """
    entries: Annotated[List[Entry] | None, Field(max_length=10000, min_length=1)] = None
    """
    Lines of released declarations, limits or quantities that enter the account or are struck from it.
    """


class DecisionHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["decision"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["grant", "grant-in-part", "refuse", "reopen", "ex-officio-correction"],
        Field(max_length=64),
    ]
    """
    What this decision states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """


class Decision(BaseModel):
    """
    The act that answers a request, or sets right what an authority finds wrong of its own accord.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[DecisionHeader, Field(title="Decision header")]
    """
    The common header, narrowed to this document type.
    """
    act: Act
    """
    The authority's act: office, legal effect, basis and time.
    """
    decision_number: Annotated[
        str, Field(alias="decisionNumber", max_length=35, min_length=1)
    ]
    """
    Number of the decision.
    """
    answers: Reference | None = None
    """
    The request that is answered.
    """
    effect: Literal[
        "withdrawn",
        "refused",
        "new-version",
        "restored",
        "cleared",
        "reversed",
        "reconciled",
        "in-force",
        "revoked",
        "reopened",
        "none",
    ]
    """
    What the decision does to the consignment, account or record.
    """
    new_version: Annotated[int | None, Field(alias="newVersion", ge=2, le=9999)] = None
    """
    Version of the declaration that exists from now on.
    """
    release_covers: Annotated[bool | None, Field(alias="releaseCovers")] = None
    """
    Whether a release already given covers the new version.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """


class DeclarationHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["declaration"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "list",
            "full",
            "simplified",
            "entry-summary",
            "exit-summary",
            "import",
            "zone-entry",
            "zone-exit",
            "transit",
            "temporary",
        ],
        Field(max_length=64),
    ]
    """
    What this declaration states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Declaration(BaseModel):
    """
    Goods declared to customs, in one of the kinds of formality. A request: it changes nothing but its own state until an act answers it.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[DeclarationHeader, Field(title="Declaration header")]
    """
    The common header, narrowed to this document type.
    """
    declaration_number: Annotated[
        str | None, Field(alias="declarationNumber", max_length=35, min_length=1)
    ] = None
    """
    Number given by customs, where one exists already (a later version, an attested copy).
    """
    pre_entry_number: Annotated[
        str | None, Field(alias="preEntryNumber", max_length=18, min_length=1)
    ] = None
    """
    Number given by the window before lodging.
    """
    direction: Literal["export", "import", "transit"]
    """
    Whether goods leave, enter or pass.
    """
    procedure: Code | None = None
    """
    Customs procedure, by its list (cn-supervision-mode and others).
    """
    additional_procedures: Annotated[
        List[Code] | None,
        Field(alias="additionalProcedures", max_length=10, min_length=1),
    ] = None
    """
    Additional procedure codes, as C07 and F48.
    """
    declaration_office: Annotated[Code, Field(alias="declarationOffice")]
    """
    Office with which it is lodged.
    """
    exit_entry_office: Annotated[Code | None, Field(alias="exitEntryOffice")] = None
    """
    Office at which the goods cross the border.
    """
    declared_on: Annotated[str | None, Field(alias="declaredOn")] = None
    """
    Day of lodging, at the office's place.
    """
    border_date: Annotated[str | None, Field(alias="borderDate")] = None
    """
    Day on which the goods leave or enter.
    """
    ucr: Annotated[
        str | None, Field(max_length=35, pattern="^[0-9A-Za-z][0-9A-Za-z()/._-]*$")
    ] = None
    """
    Key of the deal.
    """
    consignments: Annotated[List[Key] | None, Field(max_length=10000, min_length=1)] = (
        None
    )
    """
    Consignments covered, where the declaration covers other house documents than its own subject.
    """
    orders: Annotated[List[Key] | None, Field(max_length=10000, min_length=1)] = None
    """
    Orders behind the goods.
    """
    payments: Annotated[List[Key] | None, Field(max_length=10000, min_length=1)] = None
    """
    Payments for those orders.
    """
    waybills: Annotated[List[Key] | None, Field(max_length=10000, min_length=1)] = None
    """
    Transport documents under which the goods go.
    """
    parties: DeclarationParties
    """
    Persons and firms, by the part they play.
    """
    representation: Literal["direct", "indirect"] | None = None
    """
    How the representative acts.
    """
    authorised_operators: Annotated[
        List[AuthorisedOperator] | None,
        Field(alias="authorisedOperators", max_length=20, min_length=1),
    ] = None
    """
    Trusted trader statuses on which the declarant relies.
    """
    tax_scheme: Annotated[PartyId | None, Field(alias="taxScheme")] = None
    """
    Number of a special scheme under which tax is already settled, as an IOSS number.
    """
    platform_register: Annotated[PartyId | None, Field(alias="platformRegister")] = None
    """
    Registration of the platform or operator in the importing territory.
    """
    use_category: Annotated[
        Literal["personal-use", "sale-to-persons", "business-use"] | None,
        Field(alias="useCategory"),
    ] = None
    """
    For whom the goods come.
    """
    carriage: Carriage | None = None
    """
    Mode, means, ports and countries.
    """
    goods_location: Annotated[Place | None, Field(alias="goodsLocation")] = None
    """
    Supervised place where the goods can be examined.
    """
    place_of_delivery: Annotated[Place | None, Field(alias="placeOfDelivery")] = None
    """
    Where the goods go after release, if not to the consignee.
    """
    transit: Transit | None = None
    """
    What a transit declaration needs.
    """
    items: Annotated[List[Item], Field(max_length=100, min_length=1)]
    """
    Goods, line by line; at most 100.
    """
    packages: Annotated[List[Package], Field(max_length=10000, min_length=1)]
    """
    Packages with ids and contents; the contents sum to the items' quantities.
    """
    totals: Annotated[DeclarationTotals, Field(title="Declaration Totals")]
    """
    Sums over the declaration.
    """
    incoterm: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    """
    Trade term, Incoterms 2020.
    """
    customs_value: Annotated[Amount | None, Field(alias="customsValue")] = None
    """
    Value for customs purposes.
    """
    intrinsic_value: Annotated[Amount | None, Field(alias="intrinsicValue")] = None
    """
    Value of the goods alone, in euro; decides which import formality is open.
    """
    duties: Annotated[List[Duty] | None, Field(max_length=20, min_length=1)] = None
    """
    Taxes and duties of the declaration as a whole.
    """
    guarantees: Annotated[List[str] | None, Field(max_length=20, min_length=1)] = None
    """
    Guarantees that cover the taxes.
    """
    duty_status: Annotated[
        Literal["prepaid", "guaranteed", "due", "exempt"] | None,
        Field(alias="dutyStatus"),
    ] = None
    """
    How the taxes stand in the declarant's view.
    """
    tax_refund: Annotated[
        Literal["refund", "exempt-without-invoice", "taxed", "none"] | None,
        Field(alias="taxRefund"),
    ] = None
    """
    How tax on the exported goods is treated.
    """
    bonded_account: Annotated[
        str | None, Field(alias="bondedAccount", max_length=30, min_length=1)
    ] = None
    """
    Number of the bonded account.
    """
    licences: Annotated[
        List[DocumentNumber] | None, Field(max_length=99, min_length=1)
    ] = None
    """
    Permits and certificates for the whole declaration.
    """
    previous_documents: Annotated[
        List[DocumentNumber] | None,
        Field(alias="previousDocuments", max_length=99, min_length=1),
    ] = None
    """
    Earlier declarations and documents in the chain.
    """
    additional_information: Annotated[
        List[DeclarationAdditionalStatement] | None,
        Field(alias="additionalInformation", max_length=99, min_length=1),
    ] = None
    """
    Codes with words that a formality asks for.
    """
    summary: Annotated[str | None, Field(max_length=35, min_length=1)] = None
    """
    Number of the summary declaration these goods were gathered into.
    """


class DetentionHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["detention"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["hold", "seize", "hand-over", "free", "forfeit", "destroy"],
        Field(max_length=64),
    ]
    """
    What this detention states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Detention(BaseModel):
    """
    The act by which goods are held, seized, handed over, freed, forfeited or destroyed. It takes a portion out; the rest goes on.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[DetentionHeader, Field(title="Detention header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Detention act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    detention_number: Annotated[
        str, Field(alias="detentionNumber", max_length=35, min_length=1)
    ]
    """
    Number of the measure.
    """
    reasons: Annotated[List[Reason], Field(max_length=100, min_length=1)]
    """
    Grounds.
    """
    place: Place | None = None
    """
    Where the goods are kept.
    """
    custodian: Party | None = None
    """
    Who keeps them.
    """
    handed_to: Annotated[Code | None, Field(alias="handedTo")] = None
    """
    Authority that takes the matter over.
    """
    seals: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Seal numbers that the goods, packages or containers bear.
    """


class ImportDecisionHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["import-decision"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "accept", "refer", "refuse-entry", "do-not-load", "withdraw-acceptance"
        ],
        Field(max_length=64),
    ]
    """
    What this import-decision states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """
    agreement: DocumentIdentity
    """
    Agreement under which the document crosses a border.
    """
    purpose: Annotated[
        str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    What the receiver may use it for under the agreement.
    """


class ImportDecision(BaseModel):
    """
    The importing authority's answer to a dossier. Acceptance says the goods will be released on documents; the release itself is a later act.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ImportDecisionHeader, Field(title="ImportDecision header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="ImportDecision act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    question: Annotated[
        ImportDecisionQuestion | None, Field(title="Import decision Question")
    ] = None
    """
    What the authority wants to know or see before it answers.
    """
    agencies: Annotated[
        List[ImportDecisionAgencyAnswer] | None, Field(max_length=20, min_length=1)
    ] = None
    """
    Answers of other authorities that take part.
    """
    conditions: Annotated[List[Reason] | None, Field(max_length=20, min_length=1)] = (
        None
    )
    """
    What acceptance depends on.
    """
    duty_status: Annotated[
        Literal["prepaid", "guaranteed", "due", "exempt"] | None,
        Field(alias="dutyStatus"),
    ] = None
    """
    How import taxes stand.
    """


class InformationRequestHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["information-request"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "clarify",
            "document",
            "image",
            "payment-originals",
            "verify-status",
            "registry-lookup",
            "quota-lookup",
            "guarantee",
        ],
        Field(max_length=64),
    ]
    """
    What this information-request states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """


class InformationRequest(BaseModel):
    """
    A question from one authority to a declarant, a provider or another authority.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[
        InformationRequestHeader, Field(title="InformationRequest header")
    ]
    """
    The common header, narrowed to this document type.
    """
    act: Act
    """
    The authority's act: office, legal effect, basis and time.
    """
    question: Annotated[List[Text], Field(max_length=10, min_length=1)]
    """
    What is asked, in words.
    """
    wants: Annotated[
        List[InformationRequestWanted] | None, Field(max_length=100, min_length=1)
    ] = None
    """
    Documents, elements or records asked for.
    """
    keys: Annotated[List[Key] | None, Field(max_length=100, min_length=1)] = None
    """
    Numbers that the question is about, for look-ups.
    """


class InformationResponseHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["information-response"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["answer", "partial", "refused-with-ground"], Field(max_length=64)
    ]
    """
    What this information-response states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class InformationResponse(BaseModel):
    """
    The answer to an information request, whole, in part, or refused with a ground. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[
        InformationResponseHeader, Field(title="InformationResponse header")
    ]
    """
    The common header, narrowed to this document type.
    """
    answered_at: Annotated[
        str,
        Field(
            alias="answeredAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the answer was given.
    """
    answers: Annotated[
        List[InformationResponseAnswer] | None, Field(max_length=100, min_length=1)
    ] = None
    """
    Answers, in the order of the question.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=20, min_length=1)] = None
    """
    Grounds, where something is not answered.
    """


class InspectionOrderHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["inspection-order"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "document",
            "image",
            "physical",
            "sample",
            "canine",
            "quarantine",
            "joint",
            "again",
        ],
        Field(max_length=64),
    ]
    """
    What this inspection-order states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class InspectionOrder(BaseModel):
    """
    The act by which an authority orders goods, documents or images to be examined. One order serves customs and quarantine together.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[InspectionOrderHeader, Field(title="InspectionOrder header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="InspectionOrder act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    order_number: Annotated[
        str, Field(alias="orderNumber", max_length=35, min_length=1)
    ]
    """
    Number of the order.
    """
    instructions: Annotated[List[Code] | None, Field(max_length=50, min_length=1)] = (
        None
    )
    """
    What is to be done, by code.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=20, min_length=1)] = None
    """
    Grounds as far as the receiver may know them; never the risk rule.
    """
    place: Place | None = None
    """
    Where the goods are to be shown.
    """
    agencies: Annotated[List[Code] | None, Field(max_length=20, min_length=1)] = None
    """
    Authorities that take part.
    """
    open_packages: Annotated[bool | None, Field(alias="openPackages")] = None
    """
    Whether packages may be opened.
    """


class InspectionResultHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["inspection-result"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[Literal["conform", "discrepancy", "partial"], Field(max_length=64)]
    """
    What this inspection-result states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class InspectionResult(BaseModel):
    """
    What an examination found, and for how much of the goods the finding speaks.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[InspectionResultHeader, Field(title="InspectionResult header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="InspectionResult act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    order_number: Annotated[
        str, Field(alias="orderNumber", max_length=35, min_length=1)
    ]
    """
    Number of the inspection order.
    """
    method: Literal[
        "document", "image", "physical", "sample", "canine", "quarantine", "joint"
    ]
    """
    How the goods were examined.
    """
    inspected_at: Annotated[
        str,
        Field(
            alias="inspectedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the examination ended.
    """
    inspection_office: Annotated[Code | None, Field(alias="inspectionOffice")] = None
    """
    Office that examined, where it is not the office of the act.
    """
    opened: Annotated[List[str], Field(max_length=10000, min_length=0)]
    """
    Packages that were opened, by id.
    """
    speaks_for: Annotated[Literal["opened", "scope"], Field(alias="speaksFor")]
    """
    Whether the finding holds for the opened packages or for the whole scope.
    """
    sampling: Code | None = None
    """
    Rule by which the packages were chosen, when the finding speaks for more than was opened.
    """
    outcome: Literal["conform", "discrepancy", "seized", "destroyed"]
    """
    What was found in one word.
    """
    findings: Annotated[
        List[InspectionResultFinding] | None, Field(max_length=1000, min_length=1)
    ] = None
    """
    What was found, item by item where it differs.
    """
    images: Annotated[
        List[InspectionResultImage] | None, Field(max_length=100, min_length=1)
    ] = None
    """
    Scanner images by digest; the image itself is asked for where it is kept.
    """
    certificates: Annotated[
        List[DocumentNumber] | None, Field(max_length=50, min_length=1)
    ] = None
    """
    Quarantine and health certificates issued.
    """
    seals_after: Annotated[
        List[str] | None, Field(alias="sealsAfter", max_length=100, min_length=1)
    ] = None
    """
    Seals put on when the goods were closed again.
    """
    evidence: Annotated[
        List[InspectionResultEvidence] | None, Field(max_length=1000, min_length=1)
    ] = None
    """
    Digests of records kept: photographs, protocols, samples.
    """


class MatchResultHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["match-result"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["clearance", "tax", "fx", "finance", "statistics"], Field(max_length=64)
    ]
    """
    What this match-result states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class MatchResult(BaseModel):
    """
    Whether goods, funds and logistics of a case agree, for one purpose. From a hub it is advice; an authority matches again for its own purpose. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[MatchResultHeader, Field(title="MatchResult header")]
    """
    The common header, narrowed to this document type.
    """
    purpose: Literal["clearance", "tax", "fx", "finance", "statistics"]
    """
    For what the flows were compared; the same word as the kind.
    """
    state: Literal["partly", "matched", "mismatched"]
    """
    Partly: a needed document is not here yet. Mismatched: something differs beyond tolerance.
    """
    matched_at: Annotated[
        str,
        Field(
            alias="matchedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the documents were compared.
    """
    pairs: Annotated[List[MatchResultPair], Field(max_length=10000, min_length=1)]
    """
    Which documents were compared.
    """
    differences: Annotated[
        List[MatchResultDifference], Field(max_length=10000, min_length=0)
    ]
    """
    What differs, each with both values and the rule that says how much may.
    """
    allocations: Annotated[
        List[MatchResultAllocation], Field(max_length=100000, min_length=0)
    ]
    """
    Which part of an order line is paid by which payment, carried by which waybill and declared in which item.
    """


class ObjectionHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["objection"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "statement-before-decision", "review", "re-assessment", "appeal-notice"
        ],
        Field(max_length=64),
    ]
    """
    What this objection states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class Objection(BaseModel):
    """
    A request to review an act, or a statement before one. It does not suspend the act unless a decision says so.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ObjectionHeader, Field(title="Objection header")]
    """
    The common header, narrowed to this document type.
    """
    objection_number: Annotated[
        str | None, Field(alias="objectionNumber", max_length=35, min_length=1)
    ] = None
    """
    The objector's number.
    """
    against: Reference
    """
    The act that is objected to, or the announcement that is answered.
    """
    lodged_at: Annotated[
        str,
        Field(
            alias="lodgedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When it was lodged.
    """
    last_day: Annotated[str | None, Field(alias="lastDay")] = None
    """
    Last day for lodging, as the act states it.
    """
    asks_suspension: Annotated[bool | None, Field(alias="asksSuspension")] = None
    """
    Whether the objector asks that the act be suspended until the answer.
    """
    asks: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    What is asked for, in words.
    """
    reasons: Annotated[List[Reason], Field(max_length=100, min_length=1)]
    """
    Grounds, each with code and words.
    """
    evidence: Annotated[
        List[DocumentNumber] | None, Field(max_length=50, min_length=1)
    ] = None
    """
    Documents that prove the grounds.
    """
    parties: Annotated[ObjectionParties, Field(title="Objection parties")]
    """
    Persons and firms, by the part they play.
    """


class ReleaseRevocationHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["release-revocation"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[Literal["whole", "part"], Field(max_length=64)]
    """
    What this release-revocation states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class ReleaseRevocation(BaseModel):
    """
    The act that takes back a release, or part of it, before the goods have left.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ReleaseRevocationHeader, Field(title="ReleaseRevocation header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="ReleaseRevocation act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    release_number: Annotated[
        str, Field(alias="releaseNumber", max_length=35, min_length=1)
    ]
    """
    Number of the release taken back.
    """
    reasons: Annotated[List[Reason], Field(max_length=100, min_length=1)]
    """
    Grounds.
    """


class ReleaseHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["release"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[Literal["full", "partial", "conditional"], Field(max_length=64)]
    """
    What this release states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class Release(BaseModel):
    """
    The act by which an authority lets goods go: out of the exporting territory, or into free circulation. It is drawn down package by package.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ReleaseHeader, Field(title="Release header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Release act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    release_number: Annotated[
        str, Field(alias="releaseNumber", max_length=35, min_length=1)
    ]
    """
    Number of the release.
    """
    basis: Literal[
        "list-check",
        "documents",
        "inspection",
        "authorised-operator",
        "guarantee",
        "import-decision",
    ]
    """
    Why the goods are let go.
    """
    valid_until: Annotated[
        str,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    Instant after which the release cannot be used.
    """
    conditions: Annotated[List[Reason] | None, Field(max_length=20, min_length=1)] = (
        None
    )
    """
    What must be kept for the release to stand.
    """
    agreement: DocumentIdentity | None = None
    """
    Agreement under which the release is bound to an import.
    """
    importing_jurisdiction: Annotated[
        str | None,
        Field(alias="importingJurisdiction", max_length=35, pattern="^[a-z0-9-]+$"),
    ] = None
    """
    Jurisdiction at which the release may be used.
    """
    use: Annotated[ReleaseUse | None, Field(title="Release Use")] = None
    """
    What the release opens for drawing down; each presentation abroad takes from it.
    """
    seals: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Seals that the goods bear when released.
    """
    duties: Annotated[List[Duty] | None, Field(max_length=20, min_length=1)] = None
    """
    Taxes assessed or settled.
    """
    duty_status: Annotated[
        Literal["prepaid", "guaranteed", "due", "exempt"] | None,
        Field(alias="dutyStatus"),
    ] = None
    """
    How the taxes stand.
    """


class SummaryResultHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["summary-result"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["declaration", "statistics-only", "rejected"], Field(max_length=64)
    ]
    """
    What this summary-result states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class SummaryResult(BaseModel):
    """
    The act that answers a summary: declared, taken to statistics alone, or rejected.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[SummaryResultHeader, Field(title="Summary result header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Summary result act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    summary_number: Annotated[
        str, Field(alias="summaryNumber", max_length=35, min_length=1)
    ]
    """
    Number of the application.
    """
    declaration_number: Annotated[
        str | None, Field(alias="declarationNumber", max_length=35, min_length=1)
    ] = None
    """
    Number of the declaration that came of it.
    """
    record_number: Annotated[
        str | None, Field(alias="recordNumber", max_length=35, min_length=1)
    ] = None
    """
    Number of the statistical record that came of it.
    """
    package_count: Annotated[
        int | None, Field(alias="packageCount", ge=0, le=9999999)
    ] = None
    """
    Packages gathered.
    """
    net_weight: Annotated[Mass | None, Field(alias="netWeight")] = None
    """
    Sum over the lines, kilograms.
    """
    gross_weight: Annotated[Mass | None, Field(alias="grossWeight")] = None
    """
    Sum over the lines, kilograms.
    """
    entries: Annotated[List[Entry] | None, Field(max_length=10000, min_length=1)] = None
    """
    The list lines that this result clears or gives back, each with the line it went into; all of the summary when absent.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """


class SummaryHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["summary"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[Literal["declare", "statistics-only", "void"], Field(max_length=64)]
    """
    What this summary states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class SummaryItem(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    sequence: Annotated[int, Field(ge=1, le=100)]
    """
    Line of the declaration, from 1.
    """
    tariff_code: Annotated[Code, Field(alias="tariffCode")]
    """
    National code.
    """
    destination_country: Annotated[
        str, Field(alias="destinationCountry", pattern="^[A-Z]{2}$")
    ]
    """
    Country in which the goods end.
    """
    quantity: Quantity | None = None
    """
    Sum over the list lines.
    """
    amount: Amount | None = None
    """
    Sum over the list lines, in their one currency.
    """
    entries: Annotated[List[Entry], Field(max_length=10000, min_length=1)]
    """
    The list lines.
    """


class SummaryGroup(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    sequence: Annotated[int, Field(ge=1, le=9999)]
    """
    Number of the group, from 1.
    """
    shipper: Annotated[str, Field(max_length=18, min_length=1)]
    """
    Registration number of the shipper in the territory.
    """
    producer: Annotated[str | None, Field(max_length=18, min_length=1)] = None
    """
    Registration number of who made or sold the goods.
    """
    transport_mode: Annotated[Code, Field(alias="transportMode")]
    """
    Mode of transport.
    """
    destination_country: Annotated[
        str | None, Field(alias="destinationCountry", pattern="^[A-Z]{2}$")
    ] = None
    """
    Country to which the goods went.
    """
    exit_office: Annotated[Code, Field(alias="exitOffice")]
    """
    Office at which the goods left.
    """
    items: Annotated[List[SummaryItem], Field(max_length=100, min_length=1)]
    """
    Lines of the declaration that is asked for.
    """


class Summary(BaseModel):
    """
    A request to gather released list lines into declarations or a statistical record, or to void such a request.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[SummaryHeader, Field(title="Summary header")]
    """
    The common header, narrowed to this document type.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    summary_number: Annotated[
        str, Field(alias="summaryNumber", max_length=35, min_length=1)
    ]
    """
    Number of the application.
    """
    office: Code | None = None
    """
    Office with which it is lodged.
    """
    period: Annotated[SummaryPeriod | None, Field(title="Summary Period")] = None
    """
    Days on which the lists were released.
    """
    groups: Annotated[
        List[SummaryGroup] | None, Field(max_length=1000, min_length=1)
    ] = None
    """
    What is to become one declaration each: the keys that the law asks to agree, and the lines.
    """
    entries: Annotated[List[Entry] | None, Field(max_length=10000, min_length=1)] = None
    """
    Every list line that is asked for, each once.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    parties: Annotated[SummaryParties, Field(title="Summary parties")]
    """
    Persons and firms, by the part they play.
    """


class FinanceHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["finance"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "credit", "pledge", "receivable", "policy", "insurance-claim", "loss-claim"
        ],
        Field(max_length=64),
    ]
    """
    What this finance states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class Finance(BaseModel):
    """
    Credit, pledge, receivable, policy or claim that rests on goods or orders. A fact; it says no more than the customer consented to.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[FinanceHeader, Field(title="Finance header")]
    """
    The common header, narrowed to this document type.
    """
    contract_number: Annotated[
        str, Field(alias="contractNumber", max_length=50, min_length=1)
    ]
    """
    Number of the contract or policy.
    """
    effective_at: Annotated[
        str,
        Field(
            alias="effectiveAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    From when.
    """
    ends_at: Annotated[
        str | None,
        Field(
            alias="endsAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Until when.
    """
    status: Literal["running", "ended"]
    """
    How it stands.
    """
    amount: Amount
    """
    Limit, sum insured, or claim.
    """
    collateral: Annotated[List[Key] | None, Field(max_length=1000, min_length=1)] = None
    """
    What it rests on.
    """
    insured_risk: Annotated[
        List[Text] | None, Field(alias="insuredRisk", max_length=20, min_length=1)
    ] = None
    """
    Risks that a policy covers.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    parties: Annotated[FinanceParties, Field(title="Finance parties")]
    """
    Persons and firms, by the part they play.
    """


class GuaranteeHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["guarantee"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["issue", "amend", "reserve", "free", "call"], Field(max_length=64)
    ]
    """
    What this guarantee states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """


class Guarantee(BaseModel):
    """
    A guarantee, and every use of it: an account whose limit is reserved, freed and called on. It has effect in one territory.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[GuaranteeHeader, Field(title="Guarantee header")]
    """
    The common header, narrowed to this document type.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    guarantee_number: Annotated[
        str, Field(alias="guaranteeNumber", max_length=35, min_length=1)
    ]
    """
    Reference number of the guarantee.
    """
    guarantee_type: Annotated[Code | None, Field(alias="guaranteeType")] = None
    """
    Kind of guarantee, by its list.
    """
    valid_from: Annotated[
        str | None,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    First instant.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant.
    """
    procedures: Annotated[List[Code] | None, Field(max_length=50, min_length=1)] = None
    """
    Procedures that it secures; all when absent.
    """
    entries: Annotated[List[Entry], Field(max_length=10000, min_length=1)]
    """
    The limit, or what is reserved, freed or called, by declaration or bill.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    parties: Annotated[GuaranteeParties | None, Field(title="Guarantee parties")] = None
    """
    Persons and firms, by the part they play.
    """


class PaymentHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["payment"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["paid", "refunded", "reversed", "voucher", "instalment", "third-party"],
        Field(max_length=64),
    ]
    """
    What this payment states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Payment(BaseModel):
    """
    What a payer paid, as the institution that carried it out states. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[PaymentHeader, Field(title="Payment header")]
    """
    The common header, narrowed to this document type.
    """
    payment_number: Annotated[
        str, Field(alias="paymentNumber", max_length=60, min_length=1)
    ]
    """
    Transaction number of the institution.
    """
    method: Code | None = None
    """
    Means of payment.
    """
    paid_at: Annotated[
        str,
        Field(
            alias="paidAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the payment was final.
    """
    parties: Annotated[PaymentParties, Field(title="Payment parties")]
    """
    Persons and firms, by the part they play.
    """
    amount: Amount
    """
    What was paid, or given back under the kinds refunded and reversed.
    """
    orders: Annotated[List[PaymentShare], Field(max_length=10000, min_length=1)]
    """
    For which orders, and how much for each.
    """
    original_payment: Annotated[Key | None, Field(alias="originalPayment")] = None
    """
    The payment that is given back.
    """
    end_to_end_id: Annotated[
        str | None, Field(alias="endToEndId", max_length=35, min_length=1)
    ] = None
    """
    ISO 20022 end-to-end identification.
    """
    uetr: Annotated[
        str | None,
        Field(
            pattern="^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
        ),
    ] = None
    """
    ISO 20022 unique end-to-end transaction reference.
    """
    clearing: Code | None = None
    """
    Through whom the payment cleared.
    """
    settled_amount: Annotated[Amount | None, Field(alias="settledAmount")] = None
    """
    What the payee's institution received after exchange.
    """
    exchange_rate: Annotated[
        str | None,
        Field(alias="exchangeRate", pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$"),
    ] = None
    """
    Units of the settled currency for one unit of the amount's.
    """
    received_at: Annotated[
        str | None,
        Field(
            alias="receivedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    When the payee's account was credited.
    """
    received_amount: Annotated[Amount | None, Field(alias="receivedAmount")] = None
    """
    What was credited.
    """


class RefundClaimHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["refund-claim"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "refund",
            "exemption",
            "agent-refund",
            "departure-prepaid",
            "promotion-deduction",
        ],
        Field(max_length=64),
    ]
    """
    What this refund-claim states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class RefundClaim(BaseModel):
    """
    A request to refund or exempt tax on goods that left. It holds the lines that it names until it is decided.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[RefundClaimHeader, Field(title="Refund claim header")]
    """
    The common header, narrowed to this document type.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    claim_number: Annotated[
        str, Field(alias="claimNumber", max_length=50, min_length=1)
    ]
    """
    Number of the claim.
    """
    claimed_at: Annotated[
        str | None,
        Field(
            alias="claimedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    When.
    """
    refund_type: Annotated[
        Literal["refund", "exempt-no-invoice", "taxed"] | None,
        Field(alias="refundType"),
    ] = None
    """
    How tax is dealt with.
    """
    period: Annotated[RefundClaimPeriod | None, Field(title="Refund claim Period")] = (
        None
    )
    """
    Days that it covers.
    """
    invoices: Annotated[List[str] | None, Field(max_length=10000, min_length=1)] = None
    """
    Numbers of the invoices that prove the purchase.
    """
    total: Amount | None = None
    """
    What is claimed.
    """
    entries: Annotated[List[Entry], Field(max_length=10000, min_length=1)]
    """
    Declaration lines, and how much is claimed on each.
    """
    mandate_number: Annotated[
        str | None, Field(alias="mandateNumber", max_length=50, min_length=1)
    ] = None
    """
    Mandate under which an agent claims.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    parties: Annotated[RefundClaimParties, Field(title="Refund claim parties")]
    """
    Persons and firms, by the part they play.
    """


class SettlementHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["settlement"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "receipt", "sale-of-fx", "retained", "aggregate-with-detail", "bop-report"
        ],
        Field(max_length=64),
    ]
    """
    What this settlement states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """


class Settlement(BaseModel):
    """
    What a bank received, sold or kept in foreign currency for goods that were released. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[SettlementHeader, Field(title="Settlement header")]
    """
    The common header, narrowed to this document type.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    settlement_number: Annotated[
        str, Field(alias="settlementNumber", max_length=60, min_length=1)
    ]
    """
    Transaction number.
    """
    settled_at: Annotated[
        str,
        Field(
            alias="settledAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When.
    """
    amount: Amount
    """
    In the currency received.
    """
    settled_amount: Annotated[Amount | None, Field(alias="settledAmount")] = None
    """
    In home currency, where it was sold.
    """
    exchange_rate: Annotated[
        str | None,
        Field(alias="exchangeRate", pattern="^(0|[1-9][0-9]{0,13})(\\.[0-9]{1,5})?$"),
    ] = None
    """
    Units of home currency for one unit received.
    """
    settlement_type: Annotated[
        Literal["sold", "retained", "home-currency"] | None,
        Field(alias="settlementType"),
    ] = None
    """
    What became of it.
    """
    bop_code: Annotated[Code | None, Field(alias="bopCode")] = None
    """
    Code of the transaction, by its list.
    """
    account_token: Annotated[
        str | None, Field(alias="accountToken", max_length=64, min_length=1)
    ] = None
    """
    Pseudonym of the bank account; never its number.
    """
    end_to_end_id: Annotated[
        str | None, Field(alias="endToEndId", max_length=35, min_length=1)
    ] = None
    """
    ISO 20022 end-to-end identification.
    """
    entries: Annotated[List[Entry] | None, Field(max_length=10000, min_length=1)] = None
    """
    Declarations whose value was received, and how much of each.
    """
    advances: Annotated[List[Entry] | None, Field(max_length=10000, min_length=1)] = (
        None
    )
    """
    What was received before any goods were released.
    """
    parties: Annotated[SettlementParties, Field(title="Settlement parties")]
    """
    Persons and firms, by the part they play.
    """


class TaxBillHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["tax-bill"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["assessed", "confirmed", "reassessed", "void"], Field(max_length=64)
    ]
    """
    What this tax-bill states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class TaxBill(BaseModel):
    """
    The act that assesses, confirms, reassesses or voids a tax on goods. A bill is never changed: a later one names it and reverses its entry.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[TaxBillHeader, Field(title="Tax bill header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Tax bill act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    bill_number: Annotated[str, Field(alias="billNumber", max_length=50, min_length=1)]
    """
    Number of the bill.
    """
    declaration_number: Annotated[
        str, Field(alias="declarationNumber", max_length=35, min_length=1)
    ]
    """
    Number of the declaration that is taxed.
    """
    customs_value: Annotated[Amount | None, Field(alias="customsValue")] = None
    """
    Value on which the tax is computed.
    """
    duties: Annotated[List[Duty] | None, Field(max_length=20, min_length=1)] = None
    """
    Each tax with base, rate and amount.
    """
    total: Amount | None = None
    """
    What is due.
    """
    inside_limits: Annotated[bool | None, Field(alias="insideLimits")] = None
    """
    Whether the goods are inside the limits for reduced tax, by the counter that customs alone keeps.
    """
    pay_from: Annotated[str | None, Field(alias="payFrom")] = None
    """
    First day on which it may be paid, at the place of the office.
    """
    pay_until: Annotated[Deadline | None, Field(alias="payUntil")] = None
    """
    Instant at which it is overdue.
    """
    confirms_at: Annotated[
        str | None,
        Field(
            alias="confirmsAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Instant from which the assessment is final unless the goods are returned.
    """
    entries: Annotated[List[Entry] | None, Field(max_length=100, min_length=1)] = None
    """
    The bill itself as an entry, its total the amount.
    """
    reversed: Annotated[List[Entry] | None, Field(max_length=100, min_length=1)] = None
    """
    Entries of earlier bills that this one takes back.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    parties: Annotated[TaxBillParties, Field(title="Tax bill parties")]
    """
    Persons and firms, by the part they play.
    """


class TaxPaymentHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["tax-payment"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["single", "consolidated", "withheld", "refunded"], Field(max_length=64)
    ]
    """
    What this tax-payment states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class TaxPayment(BaseModel):
    """
    What was paid on tax bills, or given back, as the one who carried it out states. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[TaxPaymentHeader, Field(title="Tax payment header")]
    """
    The common header, narrowed to this document type.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    payment_number: Annotated[
        str, Field(alias="paymentNumber", max_length=60, min_length=1)
    ]
    """
    Transaction number.
    """
    paid_at: Annotated[
        str,
        Field(
            alias="paidAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the payment was final.
    """
    amount: Amount
    """
    Sum that was paid or given back.
    """
    period: Annotated[TaxPaymentPeriod | None, Field(title="Tax payment Period")] = None
    """
    Days that a consolidated payment settles.
    """
    entries: Annotated[List[Entry], Field(max_length=10000, min_length=1)]
    """
    The bills, and how much was paid on each.
    """
    parties: Annotated[TaxPaymentParties, Field(title="Tax payment parties")]
    """
    Persons and firms, by the part they play.
    """


class LogisticsEventHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["logistics-event"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "at-control-place",
            "loaded",
            "departed",
            "arrived",
            "available",
            "delivered",
            "sent-back",
            "lost",
            "damaged",
            "destroyed",
            "handover",
            "sealed",
            "seal-broken",
            "gate",
            "sorted",
            "displayed",
        ],
        Field(max_length=64),
    ]
    """
    What this logistics-event states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class LogisticsEvent(BaseModel):
    """
    One thing that happened, or is to happen, to packages on their way. Recorded also when it should not have happened. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[LogisticsEventHeader, Field(title="LogisticsEvent header")]
    """
    The common header, narrowed to this document type.
    """
    event_time: Annotated[
        str,
        Field(
            alias="eventTime",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When it happened or is to happen.
    """
    classifier: Literal["planned", "estimated", "actual"]
    """
    Planned and estimated events give no state; actual ones do.
    """
    event_type: Annotated[Code | None, Field(alias="eventType")] = None
    """
    The event in another list, as UNECE Recommendation 24 or a carrier's own.
    """
    place: Place | None = None
    """
    Where.
    """
    packages: Annotated[List[str] | None, Field(max_length=10000, min_length=1)] = None
    """
    Packages touched, by id; absent means all.
    """
    carriage: Carriage | None = None
    """
    Means and master number at that point.
    """
    parties: Annotated[
        LogisticsEventEventParties | None, Field(title="Logistics event Event parties")
    ] = None
    """
    Persons and firms, by the part they play.
    """
    custodian: Party | None = None
    """
    Who holds the goods after the event.
    """
    handed_over_by: Annotated[Party | None, Field(alias="handedOverBy")] = None
    """
    Who held them before.
    """
    seals: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Seal numbers that the goods, packages or containers bear.
    """
    seals_broken: Annotated[
        List[str] | None, Field(alias="sealsBroken", max_length=100, min_length=1)
    ] = None
    """
    Seals found broken or replaced.
    """
    received_by: Annotated[
        Literal["signature", "code", "photo", "pick-up-point", "neighbour"] | None,
        Field(alias="receivedBy"),
    ] = None
    """
    How the delivery was confirmed.
    """
    remark: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    Words on what happened.
    """


class ManifestHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["manifest"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "plan",
            "load",
            "departure",
            "transit",
            "arrival-at-place",
            "arrival",
            "tally",
            "receptacle",
        ],
        Field(max_length=64),
    ]
    """
    What this manifest states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Manifest(BaseModel):
    """
    What a carrier, post or place operator plans, carries, brings in or counts together. Differences between declared, loaded and counted quantities are its kinds. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ManifestHeader, Field(title="Manifest header")]
    """
    The common header, narrowed to this document type.
    """
    manifest_number: Annotated[
        str, Field(alias="manifestNumber", max_length=37, min_length=1)
    ]
    """
    Number of the manifest.
    """
    issued_on: Annotated[
        str | None,
        Field(
            alias="issuedOn",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    When it was drawn up.
    """
    event_time: Annotated[
        str,
        Field(
            alias="eventTime",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When what it states happened or is to happen.
    """
    classifier: Literal["planned", "estimated", "actual"]
    """
    Whether that time is planned, estimated or actual.
    """
    parties: Annotated[ManifestParties | None, Field(title="Manifest parties")] = None
    """
    Persons and firms, by the part they play.
    """
    carriage: Carriage
    """
    Mode, means, master number, ports and countries.
    """
    place: Place | None = None
    """
    Supervised place, port or airport that the statement is about.
    """
    consignments: Annotated[
        List[ManifestConsignment] | None, Field(max_length=10000, min_length=1)
    ] = None
    """
    House consignments in the movement, each with what was found of it.
    """
    receptacles: Annotated[
        List[ManifestReceptacle] | None, Field(max_length=10000, min_length=1)
    ] = None
    """
    Bags, postal receptacles, load units or wagons in the movement.
    """
    package_count: Annotated[
        int | None, Field(alias="packageCount", ge=0, le=99999)
    ] = None
    """
    Packages in all.
    """
    gross_weight: Annotated[Mass | None, Field(alias="grossWeight")] = None
    """
    Weight in all, kilograms.
    """
    seals: Annotated[List[str] | None, Field(max_length=100, min_length=1)] = None
    """
    Seal numbers that the goods, packages or containers bear.
    """


class StockReportHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["stock-report"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "inbound",
            "outbound",
            "transfer",
            "ownership",
            "adjustment",
            "display",
            "snapshot",
        ],
        Field(max_length=64),
    ]
    """
    What this stock-report states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """


class StockReport(BaseModel):
    """
    What came into a stock, left it, changed hands or was counted, as its keeper states. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[StockReportHeader, Field(title="Stock report header")]
    """
    The common header, narrowed to this document type.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    report_number: Annotated[
        str, Field(alias="reportNumber", max_length=35, min_length=1)
    ]
    """
    The keeper's number of the report.
    """
    reported_at: Annotated[
        str,
        Field(
            alias="reportedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When it happened or was counted.
    """
    place: Place | None = None
    """
    Where the stock lies.
    """
    other_account: Annotated[Account | None, Field(alias="otherAccount")] = None
    """
    Where the goods come from or go to.
    """
    entries: Annotated[List[Entry], Field(max_length=10000, min_length=1)]
    """
    Line by line: item and quantity; a snapshot gives what was counted.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    parties: Annotated[StockReportParties, Field(title="Stock report parties")]
    """
    Persons and firms, by the part they play.
    """


class WaybillHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["waybill"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["house", "master", "postal-item", "rail-note", "barge", "multimodal"],
        Field(max_length=64),
    ]
    """
    What this waybill states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Waybill(BaseModel):
    """
    Contract of carriage for one consignment, as the carrier states it. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[WaybillHeader, Field(title="Waybill header")]
    """
    The common header, narrowed to this document type.
    """
    waybill_number: Annotated[
        str, Field(alias="waybillNumber", max_length=60, min_length=1)
    ]
    """
    Carrier's number; used again after some months.
    """
    waybill_type: Annotated[Code | None, Field(alias="waybillType")] = None
    """
    Kind of transport document: N740 air waybill, N741 master, N703 house, N705 bill of lading.
    """
    postal_item: Annotated[
        str | None, Field(alias="postalItem", pattern="^[A-Z]{2}[0-9]{9}[A-Z]{2}$")
    ] = None
    """
    UPU S10 identifier.
    """
    mail_advance_status: Annotated[
        Literal["sent", "accepted", "assessment-complete", "questioned", "do-not-load"]
        | None,
        Field(alias="mailAdvanceStatus"),
    ] = None
    """
    Where the electronic advance data of a postal item stand.
    """
    issued_on: Annotated[
        str | None,
        Field(
            alias="issuedOn",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    When the carrier took the order.
    """
    parties: Annotated[WaybillParties, Field(title="Waybill parties")]
    """
    Persons and firms, by the part they play.
    """
    orders: Annotated[List[Key] | None, Field(max_length=1000, min_length=1)] = None
    """
    Orders named on the waybill. China's export messages have none.
    """
    carriage: Carriage | None = None
    """
    Mode, means, ports and countries.
    """
    place_of_delivery: Annotated[Place | None, Field(alias="placeOfDelivery")] = None
    """
    Where the carrier delivers, if not at the consignee.
    """
    description: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    Goods as the carrier describes them.
    """
    packages: Annotated[List[Package] | None, Field(max_length=10000, min_length=1)] = (
        None
    )
    """
    Packages, each with an id of its own.
    """
    package_count: Annotated[int, Field(alias="packageCount", ge=1, le=99999)]
    """
    Number of packages.
    """
    gross_weight: Annotated[Mass, Field(alias="grossWeight")]
    """
    Weight of the consignment with packing, kilograms.
    """
    net_weight: Annotated[Mass | None, Field(alias="netWeight")] = None
    """
    Weight without packing, kilograms.
    """
    freight: Amount | None = None
    """
    Charge for the carriage.
    """
    insurance: Amount | None = None
    """
    Charge for insurance.
    """
    declared_value: Annotated[Amount | None, Field(alias="declaredValue")] = None
    """
    Value declared to the carrier.
    """


class AgreementHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["agreement"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["bilateral", "corridor", "recognition", "domestic-sharing"],
        Field(max_length=64),
    ]
    """
    What this agreement states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Agreement(BaseModel):
    """
    Terms between authorities under which data and decisions cross a border. Each side seals its own document; in force when both are held.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[AgreementHeader, Field(title="Agreement header")]
    """
    The common header, narrowed to this document type.
    """
    act: Act
    """
    The authority's act: office, legal effect, basis and time.
    """
    agreement_number: Annotated[
        str, Field(alias="agreementNumber", max_length=35, min_length=1)
    ]
    """
    Number both sides use.
    """
    sides: Annotated[List[AgreementSide], Field(max_length=20, min_length=2)]
    """
    The jurisdictions bound, with the authority that signs for each.
    """
    counterpart: DocumentIdentity | None = None
    """
    The other side's document, named by whoever seals second.
    """
    valid_from: Annotated[
        str,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    First instant of force.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant of force.
    """
    terms: Annotated[AgreementTerms, Field(title="Agreement Terms")]
    """
    What is agreed; equal in both documents.
    """


class PublicationHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["publication"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "code-list",
            "code-map",
            "rule-pack",
            "profile",
            "indicator",
            "calendar",
            "directory",
            "response-plan",
            "warning",
        ],
        Field(max_length=64),
    ]
    """
    What this publication states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Publication(BaseModel):
    """
    An authority makes known a list, a map, rules, a profile, a calendar, a directory or a warning. A standing statement.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[PublicationHeader, Field(title="Publication header")]
    """
    The common header, narrowed to this document type.
    """
    act: Act
    """
    The authority's act: office, legal effect, basis and time.
    """
    publication_id: Annotated[
        str,
        Field(
            alias="publicationId", max_length=64, pattern="^[a-z0-9]+([.-][a-z0-9]+)*$"
        ),
    ]
    """
    Id under which the content is known, as the id of a code list or calendar.
    """
    edition: Annotated[str, Field(max_length=35, min_length=1)]
    """
    Edition or date that tells one issue from the next.
    """
    title: Annotated[List[Text], Field(max_length=10, min_length=1)]
    """
    Title, once per language.
    """
    valid_from: Annotated[
        str,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    First instant of force.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant of force.
    """
    content: Annotated[
        PublicationContent | None, Field(title="Publication Content")
    ] = None
    """
    The published file by digest, and where to fetch it.
    """
    codes: Annotated[
        List[PublicationPublishedCode] | None, Field(max_length=10000, min_length=1)
    ] = None
    """
    The codes themselves, where the list is short.
    """
    days: Annotated[List[str] | None, Field(max_length=1000, min_length=1)] = None
    """
    Days that do not count as working days, for a calendar.
    """
    notice: Annotated[List[Text] | None, Field(max_length=10, min_length=1)] = None
    """
    The notice in words.
    """


class IncidentHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["incident"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["notice", "hold", "fallback-on", "fallback-off", "over"],
        Field(max_length=64),
    ]
    """
    What this incident states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Incident(BaseModel):
    """
    That something hinders or threatens the exchange or the trade, and what is done meanwhile. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[IncidentHeader, Field(title="Incident header")]
    """
    The common header, narrowed to this document type.
    """
    incident_number: Annotated[
        str, Field(alias="incidentNumber", max_length=50, min_length=1)
    ]
    """
    Number of the incident.
    """
    occurred_at: Annotated[
        str,
        Field(
            alias="occurredAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    From when.
    """
    words: Annotated[List[Text], Field(max_length=20, min_length=1)]
    """
    What happened, and what to do.
    """
    nodes: Annotated[List[str] | None, Field(max_length=1000, min_length=1)] = None
    """
    Nodes that it touches.
    """
    offices: Annotated[List[Code] | None, Field(max_length=1000, min_length=1)] = None
    """
    Offices that it touches.
    """
    procedure: Annotated[str | None, Field(max_length=100, min_length=1)] = None
    """
    Published response plan that is followed.
    """
    clock_stops: Annotated[bool | None, Field(alias="clockStops")] = None
    """
    Whether deadlines of the named offices stand still while it lasts.
    """
    expected_until: Annotated[
        str | None,
        Field(
            alias="expectedUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    How long it may last.
    """


class RiskSignalHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["risk-signal"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "market",
            "trade",
            "finance",
            "technology",
            "public-safety",
            "product",
            "bulletin",
        ],
        Field(max_length=64),
    ]
    """
    What this risk-signal states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class RiskSignal(BaseModel):
    """
    That somebody has reason to look closer. A fact; it decides nothing.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[RiskSignalHeader, Field(title="Risk signal header")]
    """
    The common header, narrowed to this document type.
    """
    signal_number: Annotated[
        str, Field(alias="signalNumber", max_length=50, min_length=1)
    ]
    """
    The issuer's number.
    """
    observed_at: Annotated[
        str,
        Field(
            alias="observedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When it was seen.
    """
    level: Literal["low", "medium", "high"]
    """
    How pressing.
    """
    concerns: Annotated[List[Key] | None, Field(max_length=1000, min_length=1)] = None
    """
    Keys of what it is about.
    """
    words: Annotated[List[Text], Field(max_length=20, min_length=1)]
    """
    What was seen; never the rule by which.
    """
    basis: (
        Literal["documents", "inspection", "complaint", "statistics", "partner"] | None
    ) = None
    """
    On what it rests.
    """
    expires_at: Annotated[
        str,
        Field(
            alias="expiresAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When it is to be forgotten.
    """
    automated: bool | None = None
    """
    True when no human judged it.
    """


class StatisticHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["statistic"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["reported", "computed", "sampled", "recognised-b2b", "kpi"],
        Field(max_length=64),
    ]
    """
    What this statistic states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Statistic(BaseModel):
    """
    Figures with the method by which they were made. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[StatisticHeader, Field(title="Statistic header")]
    """
    The common header, narrowed to this document type.
    """
    statistic_number: Annotated[
        str, Field(alias="statisticNumber", max_length=50, min_length=1)
    ]
    """
    Number of the table.
    """
    computed_at: Annotated[
        str,
        Field(
            alias="computedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When.
    """
    period: Annotated[StatisticPeriod, Field(title="Statistic Period")]
    """
    Days that it covers.
    """
    method: Annotated[str, Field(max_length=100, min_length=1)]
    """
    Id and version of the published method.
    """
    sample_size: Annotated[
        int | None, Field(alias="sampleSize", ge=1, le=999999999)
    ] = None
    """
    How many were asked or drawn.
    """
    figures: Annotated[List[StatisticFigure], Field(max_length=10000, min_length=1)]
    """
    One each.
    """


class CreditRecordHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["credit-record"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "rating", "record", "negative-entry", "measure", "removal", "recognition"
        ],
        Field(max_length=64),
    ]
    """
    What this credit-record states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class CreditRecord(BaseModel):
    """
    The act by which an authority or agency rates a party, or enters it in a list, with ground, term and remedy.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[CreditRecordHeader, Field(title="Credit record header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Credit record act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    record_number: Annotated[
        str, Field(alias="recordNumber", max_length=50, min_length=1)
    ]
    """
    Number of the entry.
    """
    status: Literal["proposed", "in-force", "suspended", "revoked", "expired"]
    """
    How it stands by this document.
    """
    valid_from: Annotated[
        str | None,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    First instant.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant; open when absent.
    """
    rating: Code | None = None
    """
    Rating, by its list.
    """
    measures: Annotated[List[Text] | None, Field(max_length=50, min_length=1)] = None
    """
    What follows from it.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    holder: Party
    """
    Whom it is about.
    """


class MandateHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["mandate"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "customs-agency",
            "tax-agency",
            "withholding",
            "service-centre",
            "data-consent",
            "authorised-signatory",
        ],
        Field(max_length=64),
    ]
    """
    What this mandate states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Mandate(BaseModel):
    """
    What one party lets another do in its name, or with its data. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[MandateHeader, Field(title="Mandate header")]
    """
    The common header, narrowed to this document type.
    """
    mandate_number: Annotated[
        str, Field(alias="mandateNumber", max_length=50, min_length=1)
    ]
    """
    Number of the mandate.
    """
    status: Literal["in-force", "revoked", "expired"]
    """
    How it stands by this document.
    """
    valid_from: Annotated[
        str,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    First instant.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant; open when absent.
    """
    powers: Annotated[List[Text], Field(max_length=50, min_length=1)]
    """
    What may be done.
    """
    representation: Literal["direct", "indirect"] | None = None
    """
    In whose name the agent acts.
    """
    purposes: Annotated[List[str] | None, Field(max_length=20, min_length=1)] = None
    """
    What data may be used for.
    """
    territory: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None
    """
    Where it has effect.
    """
    parties: Annotated[MandateParties, Field(title="Mandate parties")]
    """
    Persons and firms, by the part they play.
    """


class PermitHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["permit"], Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "licence",
            "health",
            "plant",
            "veterinary",
            "origin",
            "conformity",
            "technology",
        ],
        Field(max_length=64),
    ]
    """
    What this permit states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Permit(BaseModel):
    """
    The act by which an authority permits goods or certifies what they are, or says how the permit stands.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[PermitHeader, Field(title="Permit header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Permit act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    permit_number: Annotated[
        str, Field(alias="permitNumber", max_length=50, min_length=1)
    ]
    """
    Number of the permit.
    """
    status: Literal["proposed", "in-force", "suspended", "revoked", "expired"]
    """
    How it stands by this document.
    """
    valid_from: Annotated[
        str | None,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    First instant.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant; open when absent.
    """
    permit_type: Annotated[Code, Field(alias="permitType")]
    """
    Kind, by its list.
    """
    items: Annotated[List[Item] | None, Field(max_length=10000, min_length=1)] = None
    """
    Lines.
    """
    origin_country: Annotated[
        str | None, Field(alias="originCountry", pattern="^[A-Z]{2}$")
    ] = None
    """
    What a proof of origin states.
    """
    account: Account | None = None
    """
    Account in which its quantity is drawn down.
    """
    conditions: Annotated[List[Text] | None, Field(max_length=20, min_length=1)] = None
    """
    Under what conditions.
    """
    parties: Annotated[PermitParties, Field(title="Permit parties")]
    """
    Persons and firms, by the part they play.
    """


class RegistrationHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["registration"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "enterprise",
            "customs",
            "aeo",
            "tax-class",
            "fx-class",
            "individual-seller",
            "identity-check",
            "facility",
            "location",
            "zone",
            "overseas-warehouse",
            "port-capability",
        ],
        Field(max_length=64),
    ]
    """
    What this registration states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Registration(BaseModel):
    """
    The act by which an authority registers a party, place or capability, or says how the registration stands.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[RegistrationHeader, Field(title="Registration header")]
    """
    The common header, narrowed to this document type.
    """
    act: Annotated[Act, Field(title="Registration act")]
    """
    The authority's act, with what this document type cannot do without.
    """
    registration_number: Annotated[
        str, Field(alias="registrationNumber", max_length=50, min_length=1)
    ]
    """
    Number of the registration.
    """
    status: Literal["proposed", "in-force", "suspended", "revoked", "expired"]
    """
    How it stands by this document.
    """
    valid_from: Annotated[
        str | None,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    First instant.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant; open when absent.
    """
    grade: Code | None = None
    """
    Class or grade, by its list.
    """
    role: (
        Literal["exporter", "importer", "carrier", "agent", "warehouse", "manufacturer"]
        | None
    ) = None
    """
    In which role a firm is authorised.
    """
    recognised_as: Annotated[
        List[PartyId] | None, Field(alias="recognisedAs", max_length=20, min_length=1)
    ] = None
    """
    Number in the partner jurisdiction, under an agreement.
    """
    place: Place | None = None
    """
    Where it is.
    """
    capabilities: Annotated[List[Code] | None, Field(max_length=100, min_length=1)] = (
        None
    )
    """
    What a place can handle.
    """
    outcome: Literal["same-person", "not-same-person", "unknown"] | None = None
    """
    Outcome of an identity check; the identity itself does not travel.
    """
    holder: Party | None = None
    """
    Who is registered.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """


class CheckpointHeader(Header):
    """
    The header, of type checkpoint.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["checkpoint"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """


class Checkpoint(BaseModel):
    """
    Sealed state of a node's log at a moment, which is the header's issuedAt.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[CheckpointHeader, Field(title="Checkpoint Header")]
    """
    The header, of type checkpoint.
    """
    log: Annotated[
        str, Field(max_length=128, min_length=1, pattern="^[a-z0-9][a-z0-9./#-]*$")
    ]
    """
    Name that the node gives its log, never again to another.
    """
    size: Annotated[int, Field(ge=1, le=9007199254740991)]
    """
    Number of leaves.
    """
    root: Annotated[str, Field(pattern="^sha-256:[0-9a-f]{64}$")]
    """
    Root hash of RFC 9162 over that many leaves, written as a digest.
    """


class DossierHeadHeader(Header):
    """
    The common header of a protocol artefact.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["dossier-head"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    purpose: Annotated[
        str, Field(max_length=35, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    What the receiver may use it for under the agreement.
    """


class DossierHead(BaseModel):
    """
    What a dossier holds, leaves out and says of the consignment, sealed by the node that cuts it.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[DossierHeadHeader, Field(title="Dossier head header")]
    """
    The common header of a protocol artefact.
    """
    as_of: Annotated[
        str,
        Field(
            alias="asOf",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    Moment up to which nothing is left out but what withheld names.
    """
    valid_until: Annotated[
        str,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    Last moment at which the dossier may be relied on.
    """
    documents: Annotated[
        List[DossierHeadNamedDocument], Field(max_length=10000, min_length=1)
    ]
    """
    The documents, in the dossier's order.
    """
    withheld: Annotated[
        List[DossierHeadWithheldDocument], Field(max_length=10000, min_length=0)
    ]
    """
    Documents of the consignment that are not given, with the reason.
    """
    checkpoint: Annotated[DossierHeadCheckpoint, Field(title="Dossier head Checkpoint")]
    """
    The checkpoint in the bundle.
    """
    witnesses: Annotated[
        List[DossierHeadNamedWitness], Field(max_length=100, min_length=0)
    ]
    """
    Witnesses in the bundle, in order.
    """
    effective: Annotated[
        List[DossierHeadEffectiveVersion], Field(max_length=10, min_length=0)
    ]
    """
    The version of the declaration that is in force at each position.
    """
    portions: Annotated[List[DossierHeadPortion], Field(max_length=10000, min_length=0)]
    """
    Parts of the consignment that stand differently, and the state of each track.
    """
    accounts: Annotated[List[DossierHeadAccount], Field(max_length=100, min_length=0)]
    """
    Balances, the release-use among them, unit by unit: a package id, # and an item number for goods in no named package, or * where nothing is declared.
    """
    steps: Annotated[List[DossierHeadHeadStep], Field(max_length=100000, min_length=0)]
    """
    Every step of every portion, in the order in which the fold takes them.
    """


class EventHeader(Header):
    """
    The common header of a protocol artefact.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["event"], Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """


class Event(BaseModel):
    """
    One line of a party's event feed: what was taken in, and what it moved. Its numbers have no gap.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[EventHeader, Field(title="Event header")]
    """
    The common header of a protocol artefact.
    """
    sequence: Annotated[int, Field(ge=1, le=9007199254740991)]
    """
    Number of the event in the feed of the party that reads it, from 1 without a gap.
    """
    occurred_at: Annotated[
        str,
        Field(
            alias="occurredAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the node committed it.
    """
    document: Reference
    """
    The document that caused it.
    """
    kind: Annotated[
        str | None,
        Field(max_length=64, min_length=1, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ] = None
    """
    Kind of that document.
    """
    outcome: Literal["accepted", "pending", "no-effect", "flagged"]
    """
    Outcome of its submission.
    """
    subjects: Annotated[
        List[EventSubject] | None, Field(max_length=10000, min_length=0)
    ] = None
    """
    Subjects touched, by kind and keys.
    """
    steps: Annotated[List[EventStep] | None, Field(max_length=100000, min_length=0)] = (
        None
    )
    """
    What moved.
    """
    findings: Annotated[List[str] | None, Field(max_length=1000, min_length=0)] = None
    """
    Rule ids that the document broke, where it was recorded all the same.
    """


class NodeStatementHeader(Header):
    """
    The common header of a protocol artefact.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["node-statement"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """


class NodeStatement(BaseModel):
    """
    What a node says of itself: versions, profiles, roles, limits and algorithms. The trust list decides what others believe.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[NodeStatementHeader, Field(title="Node statement header")]
    """
    The common header of a protocol artefact.
    """
    spec_versions: Annotated[
        List[str], Field(alias="specVersions", max_length=20, min_length=1)
    ]
    """
    Versions of this standard that the node speaks, newest first.
    """
    bindings: Annotated[List[NodeStatementBinding], Field(max_length=10, min_length=1)]
    """
    Ways to call the node.
    """
    roles: Annotated[List[str], Field(max_length=50, min_length=0)]
    """
    Roles that the node plays.
    """
    offices: Annotated[
        List[NodeStatementStatedOffice] | None, Field(max_length=1000, min_length=0)
    ] = None
    """
    Offices that act through the node.
    """
    types: Annotated[List[str], Field(max_length=200, min_length=0)]
    """
    Document types that the node takes in.
    """
    profiles: Annotated[List[str], Field(max_length=100, min_length=0)]
    """
    Profiles that the node applies.
    """
    algorithms: Annotated[List[str], Field(max_length=20, min_length=1)]
    """
    Signature algorithms that the node verifies.
    """
    limits: Annotated[NodeStatementLimits, Field(title="Node statement Limits")]
    """
    What the node takes in at most.
    """
    standard_digest: Annotated[
        str | None, Field(alias="standardDigest", pattern="^sha-256:[0-9a-f]{64}$")
    ] = None
    """
    Digest over the files of the standard that the node runs.
    """
    software: Annotated[str | None, Field(max_length=100, min_length=1)] = None
    """
    Name and version of the software.
    """
    trust_lists: Annotated[
        List[NodeStatementHeldTrustList] | None,
        Field(alias="trustLists", max_length=500, min_length=0),
    ] = None
    """
    Trust lists that the node holds.
    """


class ReceiptHeader(Header):
    """
    The header, of type receipt.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["receipt"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """


class Receipt(BaseModel):
    """
    Sealed outcome of a submission that was taken in.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ReceiptHeader, Field(title="Receipt Header")]
    """
    The header, of type receipt.
    """
    document: Annotated[ReceiptDocument, Field(title="Receipt Document")]
    """
    What was taken in.
    """
    subject: Annotated[ReceiptSubject | None, Field(title="Receipt Subject")] = None
    """
    The subject that the document was filed under.
    """
    outcome: Literal["accepted", "pending", "no-effect", "flagged"]
    """
    What became of it.
    """
    waits_until: Annotated[
        str | None,
        Field(
            alias="waitsUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    With outcome pending: until when.
    """
    findings: Annotated[List[ReceiptFindings], Field(max_length=1000, min_length=0)]
    """
    What was found irregular, sorted.
    """
    log: Annotated[ReceiptLog | None, Field(title="Receipt Log")] = None
    """
    Where the receipt stands. Absent on a receipt for a checkpoint.
    """
    trust_lists: Annotated[
        List[str], Field(alias="trustLists", max_length=300, min_length=0)
    ]
    """
    Digests of the newest lists that the receiver holds.
    """
    salt: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{21}[AQgw]$")]
    """
    16 random octets, base64url: the leaf hash tells nothing to one who guesses the rest.
    """


class RefusalHeader(Header):
    """
    The header, of type refusal.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["refusal"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """


class Refusal(BaseModel):
    """
    Sealed statement that a message was not taken in. It has no legal meaning.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[RefusalHeader, Field(title="Refusal Header")]
    """
    The header, of type refusal.
    """
    digest: Annotated[str | None, Field(pattern="^sha-256:[0-9a-f]{64}$")] = None
    """
    Digest of the payload that was refused, where it could be read.
    """
    problem: Annotated[RefusalProblem, Field(title="Refusal Problem")]
    """
    The refusal as an RFC 9457 problem.
    """


class TrustListHeader(Header):
    """
    The header, of type trust-list.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["trust-list"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """


class TrustList(BaseModel):
    """
    Whom a jurisdiction vouches for: its nodes, their roles, offices, endpoints and keys.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[TrustListHeader, Field(title="Trust list Header")]
    """
    The header, of type trust-list.
    """
    jurisdiction: Annotated[str, Field(max_length=35, pattern="^[a-z0-9-]+$")]
    """
    First label of every node id of the list.
    """
    territories: Annotated[List[str], Field(max_length=300, min_length=0)]
    """
    Countries and territories of the jurisdiction, ISO 3166-1 alpha-2.
    """
    sequence: Annotated[int, Field(ge=1, le=9007199254740991)]
    """
    1 for the first list, then one more each time.
    """
    previous: Digest | None
    """
    Digest of the payload of the list before; null for sequence 1.
    """
    issued_at: Annotated[
        str,
        Field(
            alias="issuedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the list was made.
    """
    expires_at: Annotated[
        str,
        Field(
            alias="expiresAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    Until when it may be relied on without a newer one.
    """
    anchor: Annotated[TrustListAnchor, Field(title="Trust list Anchor")]
    """
    Key that seals this list.
    """
    next_anchor: Annotated[
        TrustListNextAnchor | None,
        Field(alias="nextAnchor", title="Trust list Next anchor"),
    ] = None
    """
    Key announced to be the next anchor.
    """
    nodes: Annotated[List[TrustListNodes], Field(max_length=100000, min_length=0)]
    """
    The nodes.
    """


class CatalogueHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["catalogue"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["goods", "bonded-item-record", "service", "partner-list"],
        Field(max_length=64),
    ]
    """
    What this catalogue states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Catalogue(BaseModel):
    """
    Goods, item records, services or partners that a party lists, with validity. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[CatalogueHeader, Field(title="Catalogue header")]
    """
    The common header, narrowed to this document type.
    """
    catalogue_number: Annotated[
        str, Field(alias="catalogueNumber", max_length=50, min_length=1)
    ]
    """
    Number of the list.
    """
    valid_from: Annotated[
        str,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    First instant.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant; open when absent.
    """
    account: Account | None = None
    """
    Bonded account that the item records belong to.
    """
    entries: Annotated[List[CatalogueListed], Field(max_length=10000, min_length=1)]
    """
    What is listed.
    """
    parties: Annotated[CatalogueParties, Field(title="Catalogue parties")]
    """
    Persons and firms, by the part they play.
    """


class ContractHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["contract"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal[
            "sale",
            "framework",
            "service",
            "outsourcing",
            "project",
            "technology",
            "distribution",
        ],
        Field(max_length=64),
    ]
    """
    What this contract states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Contract(BaseModel):
    """
    What two sides agreed, as one of them states it. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ContractHeader, Field(title="Contract header")]
    """
    The common header, narrowed to this document type.
    """
    contract_number: Annotated[
        str, Field(alias="contractNumber", max_length=70, min_length=1)
    ]
    """
    Number of the contract.
    """
    signed_at: Annotated[
        str,
        Field(
            alias="signedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When it was signed.
    """
    valid_from: Annotated[
        str | None,
        Field(
            alias="validFrom",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    First instant.
    """
    valid_until: Annotated[
        str | None,
        Field(
            alias="validUntil",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    Last instant; open when absent.
    """
    subject_matter: Annotated[
        List[Text], Field(alias="subjectMatter", max_length=20, min_length=1)
    ]
    """
    What it is about.
    """
    value: Amount | None = None
    """
    What is to be paid in all.
    """
    incoterm: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    """
    Incoterms 2020 letters.
    """
    items: Annotated[List[Item] | None, Field(max_length=10000, min_length=1)] = None
    """
    Lines.
    """
    digest: Annotated[str | None, Field(pattern="^sha-256:[0-9a-f]{64}$")] = None
    """
    Digest of the contract's octets.
    """
    parties: Annotated[ContractParties, Field(title="Contract parties")]
    """
    Persons and firms, by the part they play.
    """


class InvoiceHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["invoice"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["commercial", "vat", "service", "promotion-cost"], Field(max_length=64)
    ]
    """
    What this invoice states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Invoice(BaseModel):
    """
    What is asked for goods or services, as the one who asks states. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[InvoiceHeader, Field(title="Invoice header")]
    """
    The common header, narrowed to this document type.
    """
    invoice_number: Annotated[
        str, Field(alias="invoiceNumber", max_length=70, min_length=1)
    ]
    """
    Number of the invoice.
    """
    issued_on: Annotated[
        str,
        Field(
            alias="issuedOn",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When it was issued.
    """
    total: Amount
    """
    What is to be paid.
    """
    taxes: Annotated[List[Duty] | None, Field(max_length=20, min_length=1)] = None
    """
    Taxes inside the total.
    """
    items: Annotated[List[Item] | None, Field(max_length=10000, min_length=1)] = None
    """
    Lines.
    """
    declaration_numbers: Annotated[
        List[str] | None,
        Field(alias="declarationNumbers", max_length=1000, min_length=1),
    ] = None
    """
    Declarations that it belongs to.
    """
    parties: Annotated[InvoiceParties, Field(title="Invoice parties")]
    """
    Persons and firms, by the part they play.
    """


class OrderHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["order"], Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["sale", "purchase", "warehouse-booking", "forwarded", "service"],
        Field(max_length=64),
    ]
    """
    What this order states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Order(BaseModel):
    """
    What a buyer ordered from a seller, or what a firm booked for a warehouse abroad. A fact, taken in as it happened.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[OrderHeader, Field(title="Order header")]
    """
    The common header, narrowed to this document type.
    """
    order_number: Annotated[
        str, Field(alias="orderNumber", max_length=60, min_length=1)
    ]
    """
    Number on the platform; unique there and nowhere else.
    """
    order_type: Annotated[
        Literal["b2c", "b2b", "c2c", "b2b2c", "warehouse-booking"],
        Field(alias="orderType"),
    ]
    """
    Who deals with whom.
    """
    mail_order: Annotated[bool | None, Field(alias="mailOrder")] = None
    """
    True where the goods were ordered at a distance by a consumer.
    """
    ordered_at: Annotated[
        str,
        Field(
            alias="orderedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When the order was placed.
    """
    parent_order: Annotated[Key | None, Field(alias="parentOrder")] = None
    """
    The order upstream, where goods pass through several hands.
    """
    parties: Annotated[OrderParties, Field(title="Order parties")]
    """
    Persons and firms, by the part they play.
    """
    platform_register: Annotated[PartyId | None, Field(alias="platformRegister")] = None
    """
    Registration of the platform or operator in the importing territory.
    """
    place_of_delivery: Annotated[Place | None, Field(alias="placeOfDelivery")] = None
    """
    Where the goods are to be delivered in the end, if not at the consignee.
    """
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    """
    Currency of the order, ISO 4217.
    """
    incoterm: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    """
    Trade term, Incoterms 2020.
    """
    items: Annotated[List[Item], Field(max_length=10000, min_length=1)]
    """
    The lines ordered.
    """
    charges: Annotated[
        List[OrderCharge] | None, Field(max_length=1000, min_length=1)
    ] = None
    """
    Charges that are no goods: postage, packing, commission.
    """
    totals: Annotated[OrderTotals, Field(title="Order Totals")]
    """
    Sums as the platform shows them.
    """


class ReturnRequestHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["return-request"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["export-return", "import-return", "warehouse-return"],
        Field(max_length=64),
    ]
    """
    What this return-request states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    references: Annotated[List[Reference], Field(max_length=10000, min_length=0)]
    """
    Other sealed documents it rests on, each bound by digest. Absent means none.
    """


class ReturnRequest(BaseModel):
    """
    A request to bring goods back: a new consignment with the positions swapped, linked line by line to the declaration it returns from.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ReturnRequestHeader, Field(title="Return request header")]
    """
    The common header, narrowed to this document type.
    """
    direction: Literal["export", "import"]
    """
    Whether goods leave, enter or pass.
    """
    procedure: Code | None = None
    """
    Customs procedure, by its list (cn-supervision-mode and others).
    """
    declaration_office: Annotated[Code | None, Field(alias="declarationOffice")] = None
    """
    Office with which it is lodged.
    """
    carriage: Carriage | None = None
    """
    Mode, means, ports and countries.
    """
    items: Annotated[List[Item], Field(max_length=100, min_length=1)]
    """
    Goods, line by line; at most 100.
    """
    packages: Annotated[List[Package], Field(max_length=10000, min_length=1)]
    """
    Packages with ids and contents; the contents sum to the items' quantities.
    """
    returns: Annotated[
        List[ReturnRequestReturnedLine], Field(max_length=1000, min_length=1)
    ]
    """
    Which lines of which declaration come back, and how much of each.
    """
    released_at: Annotated[
        str | None,
        Field(
            alias="releasedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ] = None
    """
    When the goods were released, from which the limits run.
    """
    apply_until: Annotated[Deadline | None, Field(alias="applyUntil")] = None
    """
    Last instant for this request.
    """
    return_until: Annotated[Deadline | None, Field(alias="returnUntil")] = None
    """
    Last instant for the goods to be back in the supervised place.
    """
    original_state: Annotated[bool | None, Field(alias="originalState")] = None
    """
    Whether the goods come back unused and unchanged.
    """
    reasons: Annotated[List[Reason], Field(max_length=100, min_length=1)]
    """
    Grounds, each with code and words.
    """
    parties: Annotated[
        ReturnRequestReturnParties, Field(title="Return request Return parties")
    ]
    """
    Persons and firms, by the part they play.
    """


class SaleReportHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["sale-report"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["sold", "unsold", "written-off", "sell-through"], Field(max_length=64)
    ]
    """
    What this sale-report states. The table says what each kind causes.
    """
    subjects: Annotated[List[Subject], Field(max_length=1, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """


class SaleReport(BaseModel):
    """
    What was sold out of a stock, remains unsold or was written off, months after the goods crossed the border. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[SaleReportHeader, Field(title="Sale report header")]
    """
    The common header, narrowed to this document type.
    """
    account: Account
    """
    The account that the document is about; its key is the subject.
    """
    report_number: Annotated[
        str, Field(alias="reportNumber", max_length=35, min_length=1)
    ]
    """
    The reporter's number.
    """
    reported_at: Annotated[
        str,
        Field(
            alias="reportedAt",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    The moment up to which it speaks.
    """
    period: Annotated[SaleReportPeriod | None, Field(title="Sale report Period")] = None
    """
    Days that it covers.
    """
    entries: Annotated[List[Entry], Field(max_length=10000, min_length=1)]
    """
    Sale by sale: item and quantity; for unsold goods what remains.
    """
    sales: Annotated[
        List[SaleReportSale] | None, Field(max_length=10000, min_length=1)
    ] = None
    """
    What the sales brought, by entry.
    """
    reasons: Annotated[List[Reason] | None, Field(max_length=100, min_length=1)] = None
    """
    Grounds, each with code and words.
    """
    parties: Annotated[SaleReportParties, Field(title="Sale report parties")]
    """
    Persons and firms, by the part they play.
    """


class ServiceHeader(Header):
    """
    The common header, narrowed to this document type.
    """

    model_config = ConfigDict(
        populate_by_name=True,
    )
    type: Annotated[
        Literal["service"],
        Field(max_length=64, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
    ]
    """
    Document type, a row of the exchange table, or a protocol artefact.
    """
    kind: Annotated[
        Literal["request", "accepted", "performed", "digital-delivery"],
        Field(max_length=64),
    ]
    """
    What this service states. The table says what each kind causes.
    """
    receivers: Annotated[List[str], Field(max_length=100, min_length=1)]
    """
    Nodes the document is meant for.
    """
    subjects: Annotated[List[Subject], Field(max_length=10000, min_length=1)]
    """
    What the document is about; several of one kind where its lines say so. Absent where the table says inherited.
    """


class Service(BaseModel):
    """
    A service that was asked for, accepted, performed or delivered as data. A fact.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
    )
    header: Annotated[ServiceHeader, Field(title="Service header")]
    """
    The common header, narrowed to this document type.
    """
    service_number: Annotated[
        str, Field(alias="serviceNumber", max_length=50, min_length=1)
    ]
    """
    Number of the order for the service.
    """
    event_time: Annotated[
        str,
        Field(
            alias="eventTime",
            pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        ),
    ]
    """
    When.
    """
    service_type: Annotated[Code | None, Field(alias="serviceType")] = None
    """
    Kind of service, by its list.
    """
    words: Annotated[List[Text], Field(max_length=20, min_length=1)]
    """
    What was asked for or done.
    """
    value: Amount | None = None
    """
    What it costs.
    """
    place: Place | None = None
    """
    Where it is performed or received.
    """
    evidence: Annotated[
        List[DocumentNumber] | None, Field(max_length=50, min_length=1)
    ] = None
    """
    What proves it.
    """
    digest: Annotated[str | None, Field(pattern="^sha-256:[0-9a-f]{64}$")] = None
    """
    Digest of what was delivered as data.
    """
    parties: Annotated[ServiceParties, Field(title="Service parties")]
    """
    Persons and firms, by the part they play.
    """


class Payload(
    RootModel[
        Amendment
        | Assistance
        | Cancellation
        | CustomsStatus
        | Decision
        | Declaration
        | Detention
        | ImportDecision
        | InformationRequest
        | InformationResponse
        | InspectionOrder
        | InspectionResult
        | MatchResult
        | Objection
        | ReleaseRevocation
        | Release
        | SummaryResult
        | Summary
        | Finance
        | Guarantee
        | Payment
        | RefundClaim
        | Settlement
        | TaxBill
        | TaxPayment
        | LogisticsEvent
        | Manifest
        | StockReport
        | Waybill
        | Agreement
        | Publication
        | Incident
        | RiskSignal
        | Statistic
        | CreditRecord
        | Mandate
        | Permit
        | Registration
        | Checkpoint
        | DossierHead
        | Event
        | NodeStatement
        | Receipt
        | Refusal
        | TrustList
        | Catalogue
        | Contract
        | Invoice
        | Order
        | ReturnRequest
        | SaleReport
        | Service
    ]
):
    root: Annotated[
        Amendment
        | Assistance
        | Cancellation
        | CustomsStatus
        | Decision
        | Declaration
        | Detention
        | ImportDecision
        | InformationRequest
        | InformationResponse
        | InspectionOrder
        | InspectionResult
        | MatchResult
        | Objection
        | ReleaseRevocation
        | Release
        | SummaryResult
        | Summary
        | Finance
        | Guarantee
        | Payment
        | RefundClaim
        | Settlement
        | TaxBill
        | TaxPayment
        | LogisticsEvent
        | Manifest
        | StockReport
        | Waybill
        | Agreement
        | Publication
        | Incident
        | RiskSignal
        | Statistic
        | CreditRecord
        | Mandate
        | Permit
        | Registration
        | Checkpoint
        | DossierHead
        | Event
        | NodeStatement
        | Receipt
        | Refusal
        | TrustList
        | Catalogue
        | Contract
        | Invoice
        | Order
        | ReturnRequest
        | SaleReport
        | Service,
        Field(title="Payload"),
    ]
    """
    Any document.
    """
