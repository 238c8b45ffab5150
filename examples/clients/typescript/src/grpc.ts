// The main job over gRPC, with what protoc-gen-es wrote: an order, a payment and a waybill, then the release.

import {randomUUID} from "node:crypto";
import {create, toJson, type DescMessage, type MessageInitShape, type MessageShape} from "@bufbuild/protobuf";
import {ConnectError, createClient} from "@connectrpc/connect";
import {createGrpcTransport} from "@connectrpc/connect-node";
import {about, CARRIER, fresh, now, PATIENCE_MS, PAYMENTS, PLATFORM, Sandbox, Told, written} from "./job.js";
import type {HeaderSchema} from "./pb/threeflow/v1/common_pb.js";
import {DocumentService} from "./pb/threeflow/v1/document_service_pb.js";
import type {DocumentViewSchema} from "./pb/threeflow/v1/document_view_pb.js";
import {EventService} from "./pb/threeflow/v1/event_service_pb.js";
import {PaymentSchema} from "./pb/threeflow/v1/funds_pb.js";
import {WaybillSchema} from "./pb/threeflow/v1/logistics_pb.js";
import {RefusalDetailSchema} from "./pb/threeflow/v1/refusal_detail_pb.js";
import {SubjectService} from "./pb/threeflow/v1/subject_service_pb.js";
import {OrderSchema} from "./pb/threeflow/v1/trade_pb.js";

type Key = {scheme: string; issuer: string; value: string};
type View = MessageInitShape<typeof DocumentViewSchema>["document"];

const sandbox = await Sandbox.open(process.argv[2]!);
const told = new Told("grpc");
const transport = createGrpcTransport({baseUrl: `http://${sandbox.file.grpc}`});
const documents = createClient(DocumentService, transport);
const events = createClient(EventService, transport);
const subjects = createClient(SubjectService, transport);

/** What proves a member for one method; the token binds the envelope where one is sent. */
async function as(member: string, method: {parent: {typeName: string}; name: string}, envelope?: Uint8Array) {
  const token = await sandbox.token(member, "POST", `/${method.parent.typeName}/${method.name}`, envelope);
  return {headers: {Authorization: `Bearer ${token}`}};
}

function header(type: string, kind: string, issuer: string, key: Key): MessageInitShape<typeof HeaderSchema> {
  const {audience, environment} = sandbox.file;
  // The payment institution is told of the order: by that its payment joins the order's case.
  const receivers = type === "order" ? [audience, PAYMENTS] : [audience];
  return {
    specVersion: "1.0", type, kind, id: randomUUID(), issuer, environment, issuedAt: now(), receivers,
    subjects: [{keys: [key]}],
  };
}

/** An amount; every decimal is a text. */
function gbp(value: string) {
  return {value, currency: "GBP"};
}

function order(key: Key, quantity = "2") {
  return create(OrderSchema, {
    header: header("order", "sale", PLATFORM, key), orderNumber: key.value, orderType: "b2c", orderedAt: now(),
    currency: "GBP",
    parties: {
      platform: {name: "Poyang Lake Market"}, seller: {name: "Ganjiang Ceramics Co., Ltd."},
      buyer: {naturalPerson: true, accountReference: "u-5f2c91", country: "DE"},
    },
    items: [{
      sequence: 1, names: [{lang: "en", text: "Porcelain tea pot"}], hsCode: {list: "hs-2022", code: "691110"},
      quantity: {value: quantity, unit: "H87"}, unitPrice: gbp("24.5"), lineTotal: gbp("49"),
    }],
    totals: {goodsValue: gbp("49"), amountPaid: gbp("49")},
  });
}

function payment(orderKey: Key) {
  return create(PaymentSchema, {
    header: header("payment", "paid", PAYMENTS, orderKey), paymentNumber: "P" + fresh(), paidAt: now(),
    parties: {paymentProvider: {name: "Gan Pay"}, payer: {naturalPerson: true, accountReference: "u-5f2c91"}},
    amount: gbp("49"), orders: [{order: orderKey, amount: gbp("49")}],
  });
}

/** One carton; where it goes decides whose customs may act on it. */
function waybill(key: Key, orderKey: Key) {
  return create(WaybillSchema, {
    header: header("waybill", "house", CARRIER, key), waybillNumber: key.value, orders: [orderKey],
    parties: {carrier: {name: "Gan River Air Express"}, consignor: {name: "Ganjiang Ceramics Co., Ltd."}},
    carriage: {dispatchCountry: "CN", destinationCountry: "DE"},
    packages: [{id: "P1", type: "CT"}], packageCount: 1, grossWeight: {value: "2.1", unit: "KGM"},
  });
}

/** Seal the octets of a typed document and send them beside its view. */
async function submit<D extends DescMessage>(member: string, schema: D, document: MessageShape<D>, view: View) {
  const payload = written(toJson(schema, document));
  const envelope = written(await sandbox.seal(member, payload));
  const proof = await as(member, DocumentService.method.submitDocument, envelope);
  let sealed: Uint8Array;
  try {
    sealed = (await documents.submitDocument({envelope, view: {document: view}}, proof)).receipt;
  } catch (error) {
    const [detail] = ConnectError.from(error).findDetails(RefusalDetailSchema);
    if (detail?.envelope === undefined) throw error;
    sealed = detail.envelope;
  }
  await told.outcome(sandbox, payload, read(sealed));
}

async function submitOrder(document: ReturnType<typeof order>) {
  await submit(PLATFORM, OrderSchema, document, {case: "order", value: document});
}

function read(octets: Uint8Array) {
  return JSON.parse(Buffer.from(octets).toString("utf8"));
}

/** Read the platform's events until the dossier of the waybill was cut; give its digest. */
async function follow(waybillNumber: string): Promise<string> {
  const proof = await as(PLATFORM, EventService.method.listEvents);
  const ended = new AbortController();
  const patience = setTimeout(() => ended.abort(), PATIENCE_MS);
  for await (const {event} of events.listEvents({}, {...proof, signal: ended.signal})) {
    const {type = "", issuer = "", id = "", digest = ""} = event?.document ?? {};
    told.events.push(type);
    if (type !== "dossier-head") continue;
    const head = await documents.fetchDocument({issuer, id}, await as(PLATFORM, DocumentService.method.fetchDocument));
    if (!about(await sandbox.trust.open(read(head.envelope)), waybillNumber)) continue;
    clearTimeout(patience);
    ended.abort();
    return digest;
  }
  throw new Error("the stream of events ended without a dossier");
}

/** Give the bundle, octet for octet: the pieces in their order. */
async function dossier(digest: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const proof = await as(PLATFORM, SubjectService.method.fetchDossier);
  for await (const {piece} of subjects.fetchDossier({digest}, proof)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const number = fresh();
const orderKey: Key = {scheme: "order", issuer: PLATFORM, value: "O" + number};
const waybillKey: Key = {scheme: "waybill", issuer: CARRIER, value: "W" + number};
await submitOrder(order(orderKey));
const paid = payment(orderKey);
await submit(PAYMENTS, PaymentSchema, paid, {case: "payment", value: paid});
const carried = waybill(waybillKey, orderKey);
await submit(CARRIER, WaybillSchema, carried, {case: "waybill", value: carried});
await submitOrder(order({...orderKey, value: "X" + number}, "two"));
const cut = await follow(waybillKey.value);
const proof = await as(PLATFORM, SubjectService.method.fetchSubject);
const subject = await subjects.fetchSubject({kind: "consignment", key: waybillKey}, proof);
told.export = subject.portions[0]?.tracks["export"] ?? "";
console.log(`consignment ${waybillKey.value}: export ${told.export}`);
await told.finish(sandbox, await dossier(cut), cut);
