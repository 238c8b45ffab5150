// The main job over REST, with the types of openapi-typescript: an order, a payment and a waybill, then the release.

import {randomUUID} from "node:crypto";
import createClient, {type Client} from "openapi-fetch";
import type {components, paths} from "./api.js";
import {about, CARRIER, fresh, now, PATIENCE_MS, PAYMENTS, PLATFORM, Sandbox, Told, written} from "./job.js";

type Schemas = components["schemas"];
type Key = Schemas["Key"];

const sandbox = await Sandbox.open(process.argv[2]!);
const told = new Told("rest");

/** A client that makes a member's token over the very octets of each request. */
function as(member: string): Client<paths> {
  const client = createClient<paths>({baseUrl: sandbox.file.endpoint});
  client.use({
    async onRequest({request}) {
      const body = new Uint8Array(await request.clone().arrayBuffer());
      const token = await sandbox.token(member, request.method, request.url, body);
      request.headers.set("Authorization", `Bearer ${token}`);
      return request;
    },
  });
  return client;
}

function header<T extends string, K extends string>(type: T, kind: K, issuer: string, key: Key) {
  const {audience, environment} = sandbox.file;
  // The payment institution is told of the order: by that its payment joins the order's case.
  const receivers = type === "order" ? [audience, PAYMENTS] : [audience];
  return {
    specVersion: "1.0" as const, type, kind, id: randomUUID(), issuer, environment, issuedAt: now(),
    receivers, subjects: [{keys: [key]}],
  };
}

/** An amount; every decimal is a text. */
function gbp(value: string): Schemas["Amount"] {
  return {value, currency: "GBP"};
}

function order(key: Key, quantity = "2"): Schemas["Order"] {
  return {
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
  };
}

function payment(orderKey: Key): Schemas["Payment"] {
  return {
    header: header("payment", "paid", PAYMENTS, orderKey), paymentNumber: "P" + fresh(), paidAt: now(),
    parties: {paymentProvider: {name: "Gan Pay"}, payer: {naturalPerson: true, accountReference: "u-5f2c91"}},
    amount: gbp("49"), orders: [{order: orderKey, amount: gbp("49")}],
  };
}

/** One carton; where it goes decides whose customs may act on it. */
function waybill(key: Key, orderKey: Key): Schemas["Waybill"] {
  return {
    header: header("waybill", "house", CARRIER, key), waybillNumber: key.value, orders: [orderKey],
    parties: {carrier: {name: "Gan River Air Express"}, consignor: {name: "Ganjiang Ceramics Co., Ltd."}},
    carriage: {dispatchCountry: "CN", destinationCountry: "DE"},
    packages: [{id: "P1", type: "CT"}], packageCount: 1, grossWeight: {value: "2.1", unit: "KGM"},
  };
}

/** Seal the octets of a typed document and send them. */
async function submit(document: Schemas["Order"] | Schemas["Payment"] | Schemas["Waybill"]): Promise<void> {
  const payload = written(document);
  const {data, error} = await as(document.header.issuer).POST("/v1/documents", {
    body: await sandbox.seal(document.header.issuer, payload),
    headers: {"Content-Type": "application/jose+json"},
  });
  const answer = data ?? error;
  if (!("payload" in answer)) throw new Error(`refused before the caller was proven: ${JSON.stringify(answer)}`);
  await told.outcome(sandbox, payload, answer);
}

/** Read the platform's events until the dossier of the waybill was cut; give its digest. */
async function follow(waybillNumber: string): Promise<string> {
  const platform = as(PLATFORM);
  const deadline = Date.now() + PATIENCE_MS;
  for (let after = 0; Date.now() < deadline; ) {
    const {data, error} = await platform.GET("/v1/events", {params: {query: {after, limit: 100, wait: 10}}});
    if (data === undefined) throw new Error(`no events: ${JSON.stringify(error)}`);
    for (const {sequence, document} of data.events) {
      after = sequence;
      told.events.push(document.type);
      if (document.type !== "dossier-head") continue;
      const {issuer, id, digest} = document;
      const head = await platform.GET("/v1/documents/{issuer}/{id}", {params: {path: {issuer, id}}});
      if (head.data === undefined || !("payload" in head.data)) throw new Error("no head");
      if (about(await sandbox.trust.open(head.data as Schemas["Envelope"]), waybillNumber)) return digest;
    }
  }
  throw new Error(`no dossier within ${PATIENCE_MS} ms`);
}

const number = fresh();
const orderKey: Key = {scheme: "order", issuer: PLATFORM, value: "O" + number};
const waybillKey: Key = {scheme: "waybill", issuer: CARRIER, value: "W" + number};
await submit(order(orderKey));
await submit(payment(orderKey));
await submit(waybill(waybillKey, orderKey));
await submit(order({...orderKey, value: "X" + number}, "two"));
const cut = await follow(waybillKey.value);
const {scheme, issuer, value} = waybillKey;
const subject = await as(PLATFORM).GET("/v1/subjects/{kind}", {
  params: {path: {kind: "consignment"}, query: {scheme, issuer, value}},
});
if (subject.data === undefined) throw new Error(`no consignment: ${JSON.stringify(subject.error)}`);
told.export = subject.data.portions[0]?.tracks["export"] ?? "";
console.log(`consignment ${value}: export ${told.export}`);
const bundle = await as(PLATFORM).GET("/v1/dossiers/{digest}", {params: {path: {digest: cut}}, parseAs: "arrayBuffer"});
if (bundle.data === undefined) throw new Error(`no dossier: ${JSON.stringify(bundle.error)}`);
await told.finish(sandbox, new Uint8Array(bundle.data), cut);
