// The hand-written half of a Threeflow client, with jose: seals, caller tokens, and the check of a release.

import {createHash, randomBytes} from "node:crypto";
import {readFileSync} from "node:fs";
import {CompactSign, base64url, calculateJwkThumbprint, compactVerify, importJWK, type JWK} from "jose";

const DOC = "threeflow-doc+jws";
const TOKEN = "threeflow-token+jwt";
const ALGORITHMS = ["ES256", "Ed25519"];
const TOKEN_SECONDS = 120;

/** A seal, a key or a digest is not what it should be. */
export class NotTrusted extends Error {}

/** A key file, or a key as a trust list has it. */
export type Key = {kid: string; alg: string; use: string; jwk: JWK};

/** A sealed document: JWS JSON General with nothing else in it (TF-SEAL-1). */
export type Envelope = {payload: string; signatures: {protected: string; signature: string}[]; parts?: string[]};

/** Write a digest as the standard does (TF-CONV-9). */
export function digest(octets: Uint8Array): string {
  return "sha-256:" + createHash("sha256").update(octets).digest("hex");
}

/** Sign a payload; the header is exactly alg, kid and typ (TF-SEAL-3). */
async function compact(key: Key, typ: string, payload: Uint8Array): Promise<string> {
  const signer = new CompactSign(payload).setProtectedHeader({alg: key.alg, kid: key.kid, typ});
  return signer.sign(await importJWK(key.jwk, key.alg));
}

/** Put a document's octets into an envelope with one seal. */
export async function seal(key: Key, octets: Uint8Array): Promise<Envelope> {
  const [header, payload, signature] = (await compact(key, DOC, octets)).split(".") as [string, string, string];
  return {payload, signatures: [{protected: header, signature}]};
}

/** What a token says besides who made it: the method and address as sent, and what it binds. */
export type Asked = {aud: string; env: string; htm: string; htu: string};

/** Make the caller token of one request (TF-TOKEN); it binds the body over REST, over gRPC the envelope. */
export async function token(key: Key, asked: Asked, bound?: Uint8Array): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const jti = base64url.encode(randomBytes(16));
  const claims = {iss: nodeOf(key.kid), ...asked, iat, exp: iat + TOKEN_SECONDS, jti};
  const all = bound?.length ? {...claims, dig: digest(bound)} : claims;
  return compact(key, TOKEN, Buffer.from(JSON.stringify(all)));
}

function nodeOf(kid: string): string {
  return kid.split("#")[0]!;
}

/** The seal keys of a trust file by kid. Which fingerprint is in the file was agreed on out of band. */
export class Trust {
  private constructor(private readonly keys: Map<string, Key>) {}

  /** Read a trust file and check its newest list. */
  static async load(path: string): Promise<Trust> {
    const file = JSON.parse(readFileSync(path, "utf8"));
    const newest: Envelope = file.lists.at(-1);
    const list = parsed(newest.payload);
    const anchor: Key = list.anchor;
    const print = Buffer.from(await calculateJwkThumbprint(anchor.jwk), "base64url").toString("hex");
    if ("sha-256:" + print !== file.anchor) {
      throw new NotTrusted("the list's anchor has another fingerprint than the trust file");
    }
    await new Trust(new Map([[anchor.kid, anchor]])).open(newest);
    const keys: Key[] = list.nodes.flatMap((node: {keys: Key[]}) => node.keys);
    return new Trust(new Map(keys.filter((key) => key.use === "seal").map((key) => [key.kid, key])));
  }

  /** Give the payload's octets once every seal verified under the listed key of its kid. */
  async open(envelope: Envelope): Promise<Uint8Array> {
    if (envelope.signatures.length === 0) throw new NotTrusted("the envelope has no seal");
    const issuer: string = parsed(envelope.payload).header.issuer;
    for (const each of envelope.signatures) {
      const header = parsed(each.protected);
      if (Object.keys(header).sort().join() !== "alg,kid,typ" || header.typ !== DOC) {
        throw new NotTrusted(`not the header of a seal: ${JSON.stringify(header)}`);
      }
      const key = this.keys.get(header.kid);
      if (key === undefined) throw new NotTrusted(`the trust list has no seal key ${header.kid}`);
      if (key.alg !== header.alg || !ALGORITHMS.includes(key.alg)) {
        throw new NotTrusted(`${key.kid} is listed for ${key.alg}, the seal says ${header.alg}`);
      }
      if (nodeOf(key.kid) !== issuer) throw new NotTrusted(`sealed by ${key.kid}, not by its issuer ${issuer}`);
      const text = `${each.protected}.${envelope.payload}.${each.signature}`;
      try {
        await compactVerify(text, await importJWK(key.jwk, key.alg), {algorithms: [key.alg]});
      } catch (error) {
        throw new NotTrusted(`the seal of ${key.kid} does not verify: ${error}`);
      }
    }
    return base64url.decode(envelope.payload);
  }

  /**
   * Give the release of a dossier once its seal and the head's verified and the head names its digest. `wanted` is
   * the digest under which the dossier was asked for. What else there is to check is checked by `threeflow verify`,
   * and listed in the guide.
   */
  async releaseOf(dossier: Uint8Array, wanted?: string): Promise<Release> {
    const bundle = JSON.parse(Buffer.from(dossier).toString("utf8"));
    const octets = await this.open(bundle.head);
    if (wanted !== undefined && digest(octets) !== wanted) {
      throw new NotTrusted(`asked for the dossier ${wanted}, got ${digest(octets)}`);
    }
    const head: {documents: {type: string; digest: string}[]} = JSON.parse(Buffer.from(octets).toString("utf8"));
    const named = new Set(head.documents.filter((each) => each.type === "release").map((each) => each.digest));
    for (const {document} of bundle.documents as {document: Envelope}[]) {
      const release: Release = parsed(document.payload);
      if (release.header.type !== "release") continue;
      if (!named.has(digest(base64url.decode(document.payload)))) {
        throw new NotTrusted("the head does not name this release");
      }
      await this.open(document);
      return release;
    }
    throw new NotTrusted("the dossier has no release");
  }
}

/** What is read of a release. */
export type Release = {header: {type: string; issuer: string}; releaseNumber: string};

function parsed(text: string) {
  return JSON.parse(Buffer.from(base64url.decode(text)).toString("utf8"));
}
